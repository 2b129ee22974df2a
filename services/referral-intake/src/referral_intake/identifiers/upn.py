"""Unique pupil numbers: a check letter, who gave it out, a school, a year and a serial number."""

import re
from collections.abc import Iterator, Sequence
from operator import mul
from typing import Final

from contracts.codes import LocalAuthority
from referral_intake.identifiers.letters import capitals, joined, placed
from referral_intake.identifiers.slips import slip, slip_of_letter

_LETTERS: Final = "ABCDEFGHJKLMNPQRTUVWXYZ"
_FORM: Final = re.compile(rf"[{_LETTERS}][0-9]{{11}}[0-9{_LETTERS}]")
_LABEL: Final = re.compile(r"^(?:UPN|UNIQUEPUPILNUMBER)(?:NUMBER|NO)?(?:IS)?(?=[A-Z][0-9])")
"""What it is called may stand before it, because people copy a line of a list."""
_LENGTH: Final = 13
_LAST_OF_TEMPORARY: Final = frozenset(_LETTERS)
_PLACES: Final = range(2, 14)
_VALUES: Final = {character: value for row in ("0123456789", _LETTERS) for value, character in enumerate(row)}
_ISSUERS: Final = {code.value for code in LocalAuthority} | {
    f"{number:03}" for number in (*range(1, 6), *range(660, 682), *range(701, 709))
}
"""Authorities of England, of today or ended since 2009, and those that are found in good numbers besides: pseudo
authorities, Wales, service schools and the Channel Islands (children in need census 2023-24, rule 1530)."""


def find(text: str) -> str | None:
    """The permanent or temporary number in thirteen capitals and digits, or None when ``text`` cannot be one.

    Small letters, and whatever its parts are grouped by, make no difference.
    The check letter is the sum of each later character times its place (2 to 13), modulo 23, counted in the letters
    without I, O and S; the last letter of a temporary number counts as its own place among them
    (https://www.gov.uk/government/publications/unique-pupil-numbers). Any one wrong digit and any two digits that
    changed places are noticed; a last digit that became the letter of the same count (0 and A, up to 9 and K) is not.
    Characters 2 to 4 name who gave the number out: pupils keep theirs when a council ends.
    """
    upn = _compact(text)
    valid = _FORM.fullmatch(upn) and upn[1:4] in _ISSUERS and upn[0] == _check_letter(upn)
    return upn if valid else None


def mistake(text: str) -> str | None:
    """What keeps ``text`` from having the form, as its writer sees it; None when a letter or digit is another one.

    A letter is never read as the digit that it looks like.
    """
    if _FORM.fullmatch(_compact(text)):
        return None
    written = capitals(joined(text))
    characters = list(placed(text))[len(written) - len(_compact(text)) :]
    if len(characters) != _LENGTH:
        return f"This has {len(characters)} letters and digits. A unique pupil number has {_LENGTH}."
    return next(_slips(characters), None)


def _compact(text: str) -> str:
    return _LABEL.sub("", capitals(joined(text)))


def is_temporary(upn: str) -> bool:
    """Whether a UPN, as ``find`` writes it, ends with a letter: given until the school knows the permanent one."""
    return upn[-1] in _LAST_OF_TEMPORARY


def _slips(characters: Sequence[tuple[int, str]]) -> Iterator[str]:
    """Each character that cannot be in its place: a letter first, then digits, then either."""
    for number, (place, char) in enumerate(characters):
        is_letter, is_last = capitals(char) in _LAST_OF_TEMPORARY, number == _LENGTH - 1
        if number == 0 and not is_letter:
            yield slip_of_letter(place, char)
        elif number > 0 and not (char.isdecimal() or (is_last and is_letter)):
            yield slip(place, char)


def _check_letter(upn: str) -> str:
    total = sum(map(mul, _PLACES, map(_VALUES.__getitem__, upn[1:])))
    return _LETTERS[total % len(_LETTERS)]
