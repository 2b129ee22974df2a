"""Postcodes: whether the form is right, not whether anybody lives there."""

import re
from typing import Final

from referral_intake.identifiers.letters import capitals, joined

_OUTWARD: Final = (
    r"[A-PR-UWYZ][1-9][0-9]?|[A-PR-UWYZ][1-9][A-HJKPSTUW]"
    r"|[A-PR-UWYZ][A-HK-Y](?:[0-9]|[1-9][0-9])|[A-PR-UWYZ][A-HK-Y][0-9][ABEHMNPRVWXY]"
)
"""Only areas of two letters have a district 0, and no district of two digits begins with one."""
_FORM: Final = re.compile(
    rf"({_OUTWARD})([0-9][ABD-HJLNP-UW-Z]{{2}})"
    r"|(GIR)(0AA)"
    r"|(ZZ99)([0-9][A-Z]{2})"  # no fixed abode, abroad, not known: the NHS's own, with any letters
    r"|(BFPO)([0-9]{1,4})"
)
_LABEL: Final = re.compile(r"^(?:POSTCODE|POSTALCODE)(?:IS)?(?=[A-Z])")
"""What it is called may stand before it."""
_LONGEST: Final = 8
_SHAPES: Final = ("A9", "A99", "A9A", "AA9", "AA99", "AA9A")
"""Where letters and digits stand in the first part; the second is always a digit and two letters."""
_AS_LETTER: Final = str.maketrans("01", "OI")
_AS_DIGIT: Final = str.maketrans("OIL", "011")
_BEHIND_I: Final = frozenset("GMPV")
"""The areas that begin with I are IG, IM, IP and IV; before any other letter a 1 may as well be an L."""
_ALONE: Final = frozenset("BEGLMNSW")
"""The areas of one letter."""


def find(text: str) -> str | None:
    """The postcode in capitals, with one space between its two parts, or None when ``text`` cannot be one.

    The letters that each place may hold are those of the Royal Mail's postcode address file; besides these pass
    GIR 0AA, the NHS's pseudo postcodes (ZZ99) and British Forces post offices (BFPO and a number, or BF1).
    O and 0, I and 1, and a small L for 1, are read as whichever may stand in their place: the form says which. One
    that can be a postcode as it was typed is that one; one that could be two is none.
    """
    compact = _LABEL.sub("", capitals(joined(text)))
    if len(compact) > _LONGEST:  # so with most lines of an address, and no more is asked
        return None
    if written := _written(compact):
        return written
    shapes = [f"{shape}9AA" for shape in _SHAPES if len(shape) + 3 == len(compact)] + ["AAA9AA", "AAAA9999"]
    readings = {found for shape in shapes if (found := _written(_read(compact, shape)))}
    return readings.pop() if len(readings) == 1 else None


def _written(compact: str) -> str | None:
    found = _FORM.fullmatch(compact)
    if found is None or found.lastindex is None:
        return None
    return f"{found[found.lastindex - 1]} {found[found.lastindex]}"


def _read(compact: str, shape: str) -> str:
    """What was typed, with letters where the shape has letters and digits where it has digits."""
    unsure = compact[:1] == "1" and compact[1:2] not in _BEHIND_I
    if unsure or (shape[1] == "9" and compact[:1] not in _ALONE):
        return compact
    places = zip(compact, shape, strict=False)
    return "".join(char.translate(_AS_LETTER if kind == "A" else _AS_DIGIT) for char, kind in places)
