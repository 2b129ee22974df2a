"""Whom to phone about a child, as the partnership publishes it."""

from datetime import datetime

from contracts.problems import PHONE_ADVICE
from policy.pack import Pack
from policy.packs import NotServed, Packs


def whom_to_phone(packs: Packs, partnership: str | None, *, at: datetime) -> str:
    """What to do instead of sending, for somebody of a partnership that may have no pack any more."""
    try:
        return phone_advice(packs.newest(partnership, at=at)) if partnership else PHONE_ADVICE
    except NotServed:
        return PHONE_ADVICE


def phone_advice(pack: Pack) -> str:
    """Part of a sentence; nothing is made up where the pack publishes no number."""
    if pack.service.phone is None:
        return PHONE_ADVICE
    elsewhen = pack.service.out_of_hours_phone
    out_of_hours = f", or {elsewhen} outside its hours" if elsewhen else ""
    return f"phone the front door team on {pack.service.phone}{out_of_hours}"
