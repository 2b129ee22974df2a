"""Time that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta
from typing import Final

START: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday morning."""


class SettableClock:
    """A clock that a test sets."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start

    def now(self) -> datetime:
        """The time it was set to."""
        return self._now

    def set(self, to: datetime) -> None:
        """Make it this time."""
        self._now = to

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self._now += by
