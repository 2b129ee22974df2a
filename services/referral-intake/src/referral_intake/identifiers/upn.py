"""Unique pupil numbers: a check letter, who gave it out, a school, a year and a serial number."""

import re
from operator import mul
from typing import Final

from referral_intake.identifiers import la_code
from referral_intake.identifiers.letters import capitals, joined

_LETTERS: Final = "ABCDEFGHJKLMNPQRTUVWXYZ"
_FORM: Final = re.compile(rf"[{_LETTERS}][0-9]{{11}}[0-9{_LETTERS}]")
_LAST_OF_TEMPORARY: Final = frozenset(_LETTERS)
_PLACES: Final = range(2, 14)
_VALUES: Final = {character: value for row in ("0123456789", _LETTERS) for value, character in enumerate(row)}
_OTHER_ISSUERS: Final = frozenset(f"{number:03}" for number in (*range(1, 6), *range(660, 682), *range(701, 709)))
"""Not authorities of England, but found in good numbers: pseudo authorities, Wales, service schools and the Channel
Islands (children in need census 2023-24, rule 1530)."""


def normalise(text: str) -> str:
    """Thirteen characters in capitals, and nothing between them."""
    upn = capitals(joined(text))
    return upn if _FORM.fullmatch(upn) else text


def find(text: str) -> str | None:
    """The number as it is written, or None when ``text`` cannot be one."""
    upn = capitals(joined(text))
    valid = _FORM.fullmatch(upn) and _is_issuer(upn[1:4]) and upn[0] == _check_letter(upn)
    return upn if valid else None


def is_valid(text: str) -> bool:
    """Whether ``text`` can be a permanent or a temporary UPN, in capitals or not, however they are grouped.

    The check letter is the sum of each later character times its place (2 to 13), modulo 23, counted in the letters
    without I, O and S; the last letter of a temporary number counts as its own place among them
    (https://www.gov.uk/government/publications/unique-pupil-numbers). Any one wrong digit and any two digits that
    changed places are noticed; a last digit that became the letter of the same count (0 and A, up to 9 and K) is not.
    Characters 2 to 4 name who gave the number out: pupils keep theirs when a council ends.
    """
    return find(text) is not None


def is_temporary(text: str) -> bool:
    """Whether a UPN ends with a letter: given until the school knows the pupil's permanent one."""
    return normalise(text)[-1:] in _LAST_OF_TEMPORARY


def _is_issuer(code: str) -> bool:
    return la_code.is_valid(code) or code in _OTHER_ISSUERS


def _check_letter(upn: str) -> str:
    total = sum(map(mul, _PLACES, map(_VALUES.__getitem__, upn[1:])))
    return _LETTERS[total % len(_LETTERS)]
