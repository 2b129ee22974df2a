"""NHS numbers: ten digits of which the last one checks the others."""

import re
from operator import mul
from typing import Final

from referral_intake.identifiers.letters import joined

_FORM: Final = re.compile(r"[0-9]{10}")
_WEIGHTS: Final = range(10, 0, -1)


def normalise(text: str) -> str:
    """Ten digits without what people group them by."""
    digits = joined(text)
    return digits if _FORM.fullmatch(digits) else text


def find(text: str) -> str | None:
    """The number as it is written, or None when ``text`` cannot be one."""
    digits = joined(text)
    if not _FORM.fullmatch(digits) or len(set(digits)) == 1:
        return None
    return digits if sum(map(mul, _WEIGHTS, map(int, digits))) % 11 == 0 else None


def is_valid(text: str) -> bool:
    """Whether ``text`` can be an NHS number, however its digits are grouped.

    Modulus 11 as in https://www.datadictionary.nhs.uk/attributes/nhs_number.html: any one wrong digit and any two
    digits that changed places are noticed. Ten times the same digit passes that sum but names nobody: it is what
    people type to fill a field.
    """
    return find(text) is not None
