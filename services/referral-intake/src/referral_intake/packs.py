"""The partnerships' packs, each with the rules that are in force today."""

from collections.abc import Mapping
from datetime import date, datetime

from policy.pack import Pack
from policy.working_time import LONDON
from referral_intake.errors import PartnershipNotServed


class Packs:
    """Packs by partnership. Which rules are in force is worked out once a day: it costs more than accepting."""

    def __init__(self, packs: Mapping[str, Pack]) -> None:
        self._packs = packs
        self._in_force: dict[str, tuple[date, Pack]] = {}

    def get(self, partnership: str, *, at: datetime) -> Pack:
        """The pack as it stands on the local day of an instant. Raises ``PartnershipNotServed``."""
        if partnership not in self._packs:
            raise PartnershipNotServed
        today = at.astimezone(LONDON).date()
        worked_out = self._in_force.get(partnership)
        if worked_out is None or worked_out[0] != today:
            worked_out = today, self._packs[partnership].as_of(at)
            self._in_force[partnership] = worked_out
        return worked_out[1]
