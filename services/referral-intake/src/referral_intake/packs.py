"""The partnerships' packs, each with the rules that are in force today."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from policy.pack import Pack
from referral_intake.decide import local_date
from referral_intake.errors import PartnershipNotServed
from referral_intake.model import PHONE_ADVICE

DECISION_CLOCK: Final = "decision"
"""The pack's clock from receipt to decision. A rating may shorten it later; the sender is promised the general one."""


class Packs:
    """Packs by partnership. Which rules are in force is worked out once a day: it costs more than accepting."""

    def __init__(self, packs: Mapping[str, Pack]) -> None:
        self._packs = packs
        self._in_force: dict[str, tuple[date, Pack]] = {}
        self._due: dict[str, tuple[datetime, datetime]] = {}

    def get(self, partnership: str, *, at: datetime) -> Pack:
        """The pack as it stands on the local day of an instant. Raises ``PartnershipNotServed``."""
        if partnership not in self._packs:
            raise PartnershipNotServed
        today = local_date(at)
        worked_out = self._in_force.get(partnership)
        if worked_out is None or worked_out[0] != today:
            worked_out = today, self._packs[partnership].as_of(at)
            self._in_force[partnership] = worked_out
        return worked_out[1]

    def decision_due(self, partnership: str, *, at: datetime) -> datetime:
        """When a decision is due on what came in at an instant. Raises ``PartnershipNotServed``.

        Counted from the beginning of the second, so that it is worked out once for all that come within it; a
        promise may be kept part of a second early, and never late.
        """
        second = at.replace(microsecond=0)
        worked_out = self._due.get(partnership)
        if worked_out is None or worked_out[0] != second:
            pack = self.get(partnership, at=at)
            worked_out = second, pack.get_clock(DECISION_CLOCK).due_at(pack.calendar, second)
            self._due[partnership] = worked_out
        return worked_out[1]

    def phone_advice(self, partnership: str, *, at: datetime) -> str:
        """Whom to phone, as the pack says; nothing is made up where it publishes no number."""
        pack = self.find(partnership, at=at)
        if pack is None or pack.service.phone is None:
            return PHONE_ADVICE
        elsewhen = pack.service.out_of_hours_phone
        out_of_hours = f", or {elsewhen} outside its hours" if elsewhen else ""
        return f"phone the front door team on {pack.service.phone}{out_of_hours}"

    def find(self, partnership: str, *, at: datetime) -> Pack | None:
        """The same, or None for a partnership that is not served any more."""
        return self.get(partnership, at=at) if partnership in self._packs else None
