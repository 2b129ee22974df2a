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
_ASCII_SEPARATORS: Final = str.maketrans("", "", " -._/\\,'\"\t\n\r\v\f")
_SEPARATORS: Final = frozenset(
    " -._/\\,'\"\t\n\r\v\f"
    "\N{MINUS SIGN}\N{MIDDLE DOT}\N{BULLET}\N{HYPHEN BULLET}\N{KATAKANA MIDDLE DOT}\N{FRACTION SLASH}\N{DIVISION SLASH}"
    "\N{IDEOGRAPHIC FULL STOP}\N{IDEOGRAPHIC COMMA}\N{ARABIC COMMA}\N{ARABIC DECIMAL SEPARATOR}"
    "\N{ARABIC THOUSANDS SEPARATOR}\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}"
    "\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}"
)
"""Quotation marks come from spreadsheets, which write one before a number that is to stay text."""

_FULL_WIDTH: Final = range(0xFF01, 0xFF5F)
_TO_ASCII: Final = 0xFEE0


def capitals(text: str) -> str:
    """``text`` with a to z in capitals, and nothing else touched: other letters must not turn into those."""
    return text.upper() if text.isascii() else text.translate(_CAPITALS)


def joined(text: str) -> str:
    """``text`` without what only separates: spaces, dashes, dots and slashes of every script, and marks nobody sees.

    Text that was pasted brings no-break and zero-width spaces, direction marks and dashes for hyphens.
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
    return char in _SEPARATORS or unicodedata.category(char)[0] == "Z" or _is_dash(char) or _is_unseen(char)


def _is_dash(char: str) -> bool:
    return unicodedata.category(char) == "Pd"


def _is_unseen(char: str) -> bool:
    """A control or format character, or one that Unicode calls invisible without putting it among those."""
    return unicodedata.category(char) in ("Cc", "Cf") or char in _INVISIBLE


_INVISIBLE: Final = frozenset(
    "\N{COMBINING GRAPHEME JOINER}\N{HANGUL CHOSEONG FILLER}\N{HANGUL JUNGSEONG FILLER}\N{HANGUL FILLER}"
    "\N{HALFWIDTH HANGUL FILLER}\N{BRAILLE PATTERN BLANK}\N{VARIATION SELECTOR-15}\N{VARIATION SELECTOR-16}"
)
