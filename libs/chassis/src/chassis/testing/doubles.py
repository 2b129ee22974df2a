"""Settable time and readable ids."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from chassis.ids import format_reference


class SettableClock:
    """A clock that tests move."""

    def __init__(self, start: datetime = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def set(self, instant: datetime) -> None:
        """Jump to an instant."""
        self._now = instant

    def advance(self, delta: timedelta) -> None:
        """Move on."""
        self._now += delta


class SequentialIds:
    """Ids that count up, so that a failing test reads well."""

    def __init__(self) -> None:
        self._count = 0

    def new(self) -> UUID:
        self._count += 1
        return UUID(int=(0x4 << 76) | (0x8 << 60) | self._count)

    def new_reference(self, prefix: str) -> str:
        self._count += 1
        return format_reference(prefix, self._count)
