"""What is done in several places one after the other, each told, so that a half-way end leaves a clear state."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any, Final

from frontdoor.answer import Answer, table
from frontdoor.errors import GOOD, CommandFailed

REGISTRY: Final = "registry"
ISSUER: Final = "identity provider"
ENDPOINTS: Final = "endpoints"
NOT_DONE: Final = "not done"


@dataclass(frozen=True)
class Step:
    """One place, and what was done or found there."""

    place: str
    state: str


class Steps:
    """Goes from place to place and stops at the first that fails."""

    def __init__(self, client_id: str) -> None:
        self.client_id = client_id
        self.taken: list[Step] = []
        self._failure: CommandFailed | None = None

    async def take(self, place: str, step: Callable[[], Awaitable[str]]) -> None:
        """Take a step, unless one before it failed; its words say what was done."""
        if self._failure is not None:
            return
        try:
            self.taken.append(Step(place, await step()))
        except CommandFailed as failure:
            self.taken.append(Step(place, f"{NOT_DONE}: {failure}"))
            self._failure = failure

    def answer(self, title: str, **data: Any) -> Answer:
        """What was done where. Ends as the step that failed says."""
        rows = [(step.place, step.state) for step in self.taken]
        shown: list[Any] = [table(title, ("where", "what"), rows)]
        if self._failure is not None:
            shown.append("Mend what is named and run the same command again: it does only what is missing.")
        told = {"client_id": self.client_id, "steps": [asdict(step) for step in self.taken], **data}
        return Answer(told, tuple(shown), exit_code=self._failure.exit_code if self._failure else GOOD)
