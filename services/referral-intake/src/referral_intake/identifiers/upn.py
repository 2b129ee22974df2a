"""Unique pupil numbers: a check letter, the issuing authority, a year and a serial; temporary ones end in a letter."""

import re
from typing import Final

from referral_intake.identifiers import la_code

_LETTERS: Final = "ABCDEFGHJKLMNPQRTUVWXYZ"
_FORM: Final = re.compile(rf"[{_LETTERS}][0-9]{{11}}[0-9{_LETTERS}]")


def normalise(text: str) -> str:
    """``text`` without spaces, in capitals."""
    return text.replace(" ", "").upper()


def is_valid(text: str) -> bool:
    """Whether ``text`` can be a permanent or temporary UPN, in capitals or not, with spaces or without.

    The check letter is the sum of each later character times its place, modulo 23, among the letters without I, O and
    S; the last letter of a temporary number counts as its own place among them
    (https://www.gov.uk/government/publications/unique-pupil-numbers). Characters 2 to 4 name an authority that once
    gave out numbers: pupils keep theirs when a council is replaced.
    """
    upn = normalise(text)
    return bool(_FORM.fullmatch(upn)) and la_code.is_valid(upn[1:4]) and upn[0] == _check_letter(upn)


def is_temporary(text: str) -> bool:
    """Whether ``text`` is a UPN that a school gave until it learns the pupil's permanent one."""
    return is_valid(text) and normalise(text)[-1] in _LETTERS


def _check_letter(upn: str) -> str:
    total = sum(place * _value(character) for place, character in enumerate(upn[1:], start=2))
    return _LETTERS[total % len(_LETTERS)]


def _value(character: str) -> int:
    return int(character) if character.isdigit() else _LETTERS.index(character)
