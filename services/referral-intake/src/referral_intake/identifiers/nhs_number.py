"""NHS numbers: ten digits of which the last one checks the others."""

import re
from operator import mul
from typing import Final

from referral_intake.identifiers.letters import capitals, joined, placed
from referral_intake.identifiers.slips import slip

_LENGTH: Final = 10
_LABEL: Final = re.compile(r"(?:NHS)?(?:NUMBER|NO|NR|NUM|ID)?(?:IS)?")
"""What it is called may stand before it, because people copy a line of a letter."""
_FORM: Final = re.compile(rf"{_LABEL.pattern}([0-9]{{10}})")
_OF_A_SPREADSHEET: Final = re.compile(r"(?<=[0-9]{10})\.0+$")
_WEIGHTS: Final = range(10, 0, -1)


def find(text: str) -> str | None:
    """The number in ten digits, however ``text`` groups them, or None when it cannot be one.

    Modulus 11 as in https://www.datadictionary.nhs.uk/attributes/nhs_number.html: any one wrong digit and any two
    digits that changed places are noticed. Ten times the same digit passes that sum but names nobody: it is what
    people type to fill a field.
    """
    digits = _digits(text)
    if digits is None or len(set(digits)) == 1:
        return None
    return digits if sum(map(mul, _WEIGHTS, map(int, digits))) % 11 == 0 else None


def mistake(text: str) -> str | None:
    """What keeps ``text`` from having the form, as its writer sees it; None when only a digit can be wrong.

    A letter is never read as the digit that it looks like: two numbers that differ in one digit are two people.
    """
    if _digits(text) is not None:
        return None
    characters = list(placed(text))[len(_label(text)) :]
    if found := next((slip(place, char) for place, char in characters if not char.isdecimal()), None):
        return found
    return f"This has {len(characters)} digits. An NHS number has {_LENGTH}."


def _digits(text: str) -> str | None:
    if len(text) == _LENGTH and text.isascii() and text.isdigit():
        return text  # as most are sent
    found = _FORM.fullmatch(capitals(joined(_OF_A_SPREADSHEET.sub("", text))))
    return found[1] if found else None


def _label(text: str) -> str:
    found = _LABEL.match(capitals(joined(text)))
    return found[0] if found else ""
