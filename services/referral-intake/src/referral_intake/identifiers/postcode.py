"""Postcodes: whether the form is right, not whether anybody lives there."""

import re
from typing import Final

from referral_intake.identifiers.letters import capitals, joined

_OUTWARD: Final = (
    r"[A-PR-UWYZ][0-9]{1,2}|[A-PR-UWYZ][0-9][A-HJKPSTUW]"
    r"|[A-PR-UWYZ][A-HK-Y][0-9]{1,2}|[A-PR-UWYZ][A-HK-Y][0-9][ABEHMNPRVWXY]"
)
_FORMS: Final = (
    re.compile(rf"({_OUTWARD})([0-9][ABD-HJLNP-UW-Z]{{2}})"),
    re.compile(r"(GIR)(0AA)"),
    re.compile(r"(ZZ99)([0-9][A-Z]{2})"),  # no fixed abode, abroad, not known: the NHS's own, with any letters
    re.compile(r"(BFPO)([0-9]{1,4})"),
)
_ANY: Final = re.compile("|".join(form.pattern for form in _FORMS))


def normalise(text: str) -> str:
    """In capitals, with one space between its two parts, whatever stood between them."""
    compact = capitals(joined(text))
    parts = next((found for form in _FORMS if (found := form.fullmatch(compact))), None)
    return " ".join(parts.groups()) if parts else text


def is_valid(text: str) -> bool:
    """Whether ``text`` has the form of a postcode, in capitals or not, however its parts are separated.

    The letters that each place may hold are those of the Royal Mail's postcode address file; besides these pass
    GIR 0AA, the NHS's pseudo postcodes (ZZ99) and British Forces post offices (BFPO and a number, or BF1).
    """
    compact = capitals(joined(text))
    return _ANY.fullmatch(compact) is not None
