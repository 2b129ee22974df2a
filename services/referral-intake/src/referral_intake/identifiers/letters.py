"""How people and their programs write identifiers: small letters, other scripts' digits, separators between the parts.

Digits of every script are read, because keyboards of other scripts write them; so are full-width letters, which are
the same letters on an East Asian keyboard. A letter of another alphabet is another letter.
"""

import string
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

_CAPITALS: Final = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)
_LOOKS_LIKE_ONE: Final = frozenset("|!\u00a6\uff5c\uff01\u01c0\u2223")
"""What may be meant for a 1 or an I separates nothing."""
_DOUBTS: Final = frozenset("\x00?\u00bf\u061f\u037e\uff1f\ufffd\u2047\u2753")
"""A number with a question mark in or behind it is one that its writer is not sure of, or lost a character of."""
_HYPHENS_OF_KEYBOARDS: Final = frozenset(
    "\N{KATAKANA-HIRAGANA PROLONGED SOUND MARK}\N{HALFWIDTH KATAKANA-HIRAGANA PROLONGED SOUND MARK}"
    "\N{HANGUL LETTER ARAEA}"
)
"""Letters to Unicode, and what Japanese and Korean keyboards have where others have a hyphen and a middle dot."""
_SEPARATING: Final = frozenset("ZPSC")
"""Spaces, punctuation, symbols and what nobody sees: the classes of Unicode that are no letters, marks or numbers."""
_FULL_WIDTH: Final = range(0xFF01, 0xFF5F)
_TO_ASCII: Final = 0xFEE0


def capitals(text: str) -> str:
    """``text`` with a to z in capitals, and nothing else touched: other letters must not turn into those."""
    return text.upper() if text.isascii() else text.translate(_CAPITALS)


def joined(text: str) -> str:
    """``text`` without what only separates: spaces and punctuation of every script, and marks nobody sees.

    Text that was pasted brings no-break and zero-width spaces, direction marks, dashes for hyphens, and the brackets,
    quotation marks and semicolons of the page it stood on.
    """
    if text.isascii():
        return text.translate(_ASCII_SEPARATORS)
    return "".join(char for char in map(_plain, text) if not _separates(char))


def placed(text: str) -> Iterator[tuple[int, str]]:
    """The characters that ``joined`` keeps, each with its place in ``text``, from 1."""
    yield from ((place, char) for place, char in enumerate(map(_plain, text), 1) if not _separates(char))


def shown(text: str) -> str:
    """``text`` without marks that nobody sees, and without spaces around it; what separates its parts stays."""
    return text.strip() if text.isascii() else "".join(_plain(c) for c in text if not _is_unseen(c)).strip()


@lru_cache(maxsize=512)
def _plain(char: str) -> str:
    """A digit of any script, and what is only wider, as ASCII has it."""
    if unicodedata.category(char) == "Nd":
        return str(unicodedata.digit(char))
    return chr(ord(char) - _TO_ASCII) if ord(char) in _FULL_WIDTH else char


@lru_cache(maxsize=512)
def _separates(char: str) -> bool:
    if char in _LOOKS_LIKE_ONE or char in _DOUBTS:
        return False
    return unicodedata.category(char)[0] in _SEPARATING or char in _HYPHENS_OF_KEYBOARDS or _is_unseen(char)


def _is_unseen(char: str) -> bool:
    """A control or format character, or one that Unicode calls invisible without putting it among those."""
    return unicodedata.category(char) in ("Cc", "Cf") or char in _INVISIBLE


_INVISIBLE: Final = frozenset(
    "\N{COMBINING GRAPHEME JOINER}\N{HANGUL CHOSEONG FILLER}\N{HANGUL JUNGSEONG FILLER}\N{HANGUL FILLER}"
    "\N{HALFWIDTH HANGUL FILLER}\N{BRAILLE PATTERN BLANK}\N{COMBINING ENCLOSING KEYCAP}"
    + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))  # variation selectors
)
_ASCII_SEPARATORS: Final = {code: None for code in range(128) if _separates(chr(code))}
