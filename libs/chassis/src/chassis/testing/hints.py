"""A hint for loops in tests that nobody listens for: it comes by itself, so that no test has to wait for a look."""

from typing import Final

from chassis.tasks import Hint, Stop

SECONDS: Final = 0.02


class Restless(Hint):
    """Given every few milliseconds."""

    async def wait(self, stop: Stop, seconds: float) -> bool:
        """A short pause."""
        return await super().wait(stop, min(seconds, SECONDS))
