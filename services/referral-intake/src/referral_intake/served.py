"""Which partnerships are served here, by which version of their pack, and what that promises a sender."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from policy.contact import whom_to_phone
from policy.pack import Pack
from policy.packs import Began, NoneInForce, NotServed, Packs
from referral_intake.errors import PartnershipNotServed, RulesNotInForce
from referral_intake.model import Referral

DECISION_CLOCK: Final = "decision"
"""The pack's clock from receipt to decision. A rating may shorten it later; the sender is promised the general one."""


def pack_in_force(packs: Packs, partnership: str, *, at: datetime) -> Pack:
    """What a referral is accepted under. Raises ``PartnershipNotServed`` and ``RulesNotInForce``."""
    try:
        return packs.in_force(partnership, at=at)
    except NotServed as error:
        raise PartnershipNotServed from error
    except NoneInForce as error:
        raise RulesNotInForce(whom_to_phone(packs, partnership, at=at)) from error


def governing_pack(packs: Packs, referral: Referral, *, at: datetime) -> Pack:
    """What a referral goes on under: the version it was received under. Raises ``PartnershipNotServed``."""
    with _refusing():
        return packs.governing(referral.partnership, began=Began(referral.received_at), at=at)


def newest_pack(packs: Packs, partnership: str, *, at: datetime) -> Pack:
    """What records are kept by, whenever they came in. Raises ``PartnershipNotServed``."""
    with _refusing():
        return packs.newest(partnership, at=at)


def find_newest_pack(packs: Packs, partnership: str, *, at: datetime) -> Pack | None:
    """The same, or None for a partnership that is not served any more."""
    try:
        return packs.newest(partnership, at=at)
    except NotServed:
        return None


def decision_due(pack: Pack, *, at: datetime) -> datetime:
    """When a decision is due on what came in at an instant, counted from the beginning of its second."""
    return pack.get_clock(DECISION_CLOCK).due_at(pack.calendar, at.replace(microsecond=0))


@contextmanager
def _refusing() -> Iterator[None]:
    """A partnership without a pack is refused in this service's own words."""
    try:
        yield
    except NotServed as error:
        raise PartnershipNotServed from error
