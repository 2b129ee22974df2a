"""The policy packs of every partnership we serve, as they are in force on a day."""

from collections.abc import Mapping
from datetime import date, datetime

from agency_notify.errors import UnknownPartnership
from policy.pack import Pack
from policy.working_time import LONDON


class Packs:
    """Packs by partnership. A pack of a day is worked out once."""

    def __init__(self, packs: Mapping[str, Pack]) -> None:
        self._packs = packs
        self._of_day: dict[str, tuple[date, Pack]] = {}

    def get(self, partnership: str, *, at: datetime) -> Pack:
        """The pack with the rules in force at an instant. Raises ``UnknownPartnership``."""
        day = at.astimezone(LONDON).date()
        known = self._of_day.get(partnership)
        if known is not None and known[0] == day:
            return known[1]
        pack = self._packs.get(partnership)
        if pack is None:
            raise UnknownPartnership
        self._of_day[partnership] = (day, pack.as_of(at))
        return self._of_day[partnership][1]
