"""NHS numbers: ten digits of which the last one checks the others."""

import re
from typing import Final

_FORM: Final = re.compile(r"[0-9]{10}")
_WEIGHTS: Final = range(10, 1, -1)


def normalise(text: str) -> str:
    """``text`` without the spaces and hyphens with which people group the digits."""
    return text.replace(" ", "").replace("-", "")


def is_valid(text: str) -> bool:
    """Whether ``text`` can be an NHS number; spaces and hyphens, as people group the digits, are allowed.

    Modulus 11 as in https://www.datadictionary.nhs.uk/attributes/nhs_number.html. Ten times the same digit passes
    that sum but names nobody: it is what people type to fill a field. Digits of other scripts are not accepted.
    """
    digits = normalise(text)
    if not _FORM.fullmatch(digits) or len(set(digits)) == 1:
        return False
    check = 11 - sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=False)) % 11
    return check != 10 and check % 11 == int(digits[9])
