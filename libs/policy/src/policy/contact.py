"""Whom to phone about a child, as the partnership publishes it."""

from contracts.problems import PHONE_ADVICE
from policy.pack import Pack


def phone_advice(pack: Pack | None) -> str:
    """Part of a sentence; nothing is made up where there is no pack, or it publishes no number."""
    if pack is None or pack.service.phone is None:
        return PHONE_ADVICE
    elsewhen = pack.service.out_of_hours_phone
    out_of_hours = f", or {elsewhen} outside its hours" if elsewhen else ""
    return f"phone the front door team on {pack.service.phone}{out_of_hours}"
