"""Names folded for likeness: what differs only in how it was written becomes the same, and nothing else does.

Ignored: case, spaces and punctuation, apostrophes and hyphens of every kind, accents of Latin letters, and how letters
and marks were composed. Kept, in every script: each letter, and each mark that is not an accent of a Latin letter,
because a vowel sign, a nukta or the breve of a Cyrillic letter makes it another name.
"""

import unicodedata
from functools import lru_cache
from typing import Final

_LATIN: Final = str.maketrans(
    {"ł": "l", "đ": "d", "ð": "d", "ø": "o", "æ": "ae", "œ": "oe", "þ": "th", "ħ": "h", "ŧ": "t", "ŋ": "ng"}
    | {"\N{LATIN SMALL LETTER DOTLESS I}": "i"}
)
"""Latin letters that Unicode does not take apart, as people write them who have no such key."""

_APOSTROPHES: Final = frozenset("ʼʻʽʾʿˈ’‘`´ʹ՚＇׳ꞌ")  # noqa: RUF001  # letters to Unicode, some of them, and ignored here
_FILLERS: Final = frozenset("\N{ARABIC TATWEEL}")
"""Lengthens a line, and says nothing."""


def folded(name: str) -> str:
    """The name as it is compared; empty when there is no letter or number in it."""
    if name.isascii():
        return "".join(filter(str.isalnum, name.lower()))
    return unicodedata.normalize("NFC", "".join(_kept(unicodedata.normalize("NFKD", name.casefold()))))


def _kept(decomposed: str) -> list[str]:
    kept: list[str] = []
    on_latin = False
    for char in decomposed.translate(_LATIN):
        category = unicodedata.category(char)
        if category[0] == "M":
            if not on_latin and kept:
                kept.append(char)
        elif category[0] in "LN" and char not in _APOSTROPHES and char not in _FILLERS:
            kept.append(char)
            on_latin = _is_latin(char)
    return kept


@lru_cache(maxsize=4096)
def _is_latin(char: str) -> bool:
    return unicodedata.name(char, "").startswith(("LATIN ", "FULLWIDTH LATIN"))
