"""NHS numbers: ten digits of which the last one checks the others."""

from typing import Final

_WEIGHTS: Final = range(10, 1, -1)
_ASCII_DIGITS: Final = frozenset("0123456789")


def is_valid(text: str) -> bool:
    """Whether ``text`` can be an NHS number; spaces and hyphens, as people group them, are allowed.

    Modulus 11 as in https://www.datadictionary.nhs.uk/attributes/nhs_number.html. Ten times the same digit passes
    that sum but names nobody: it is what people type to fill a field. Digits of other scripts are not accepted.
    """
    digits = text.replace(" ", "").replace("-", "")
    if len(digits) != 10 or not _ASCII_DIGITS.issuperset(digits) or len(set(digits)) == 1:
        return False
    check = 11 - sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=False)) % 11
    return check != 10 and check % 11 == int(digits[9])
