"""Postcodes: whether the form is right, not whether anybody lives there."""

import re
from typing import Final

_AREA_AND_DISTRICT: Final = (
    r"(?:[A-PR-UWYZ](?:[0-9]{1,2}|[0-9][A-HJKPSTUW]|[A-HK-Y][0-9]{1,2}|[A-HK-Y][0-9][ABEHMNPRVWXY])|ZZ99)"
)
_UNIT: Final = r"[0-9][ABD-HJLNP-UW-Z]{2}"
_BANK: Final = "GIR0AA"
_FORM: Final = re.compile(rf"{_BANK}|BF1{_UNIT}|{_AREA_AND_DISTRICT}{_UNIT}")


def normalise(text: str) -> str:
    """``text`` in capitals with one space before its last three characters, whatever spaces it had."""
    compact = text.replace(" ", "").upper()
    return f"{compact[:-3]} {compact[-3:]}" if len(compact) > 3 else compact


def is_valid(text: str) -> bool:
    """Whether ``text`` has the form of a postcode; capitals and spaces do not matter."""
    return bool(_FORM.fullmatch(normalise(text).replace(" ", "")))
