"""How people and their programs write identifiers: small letters, and separators of every kind between the parts."""

import string
import unicodedata
from functools import lru_cache
from typing import Final

_CAPITALS: Final = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)
_ASCII_SEPARATORS: Final = str.maketrans("", "", " -._\t\n\r\v\f")
_LOOK_ALIKES: Final = frozenset("\N{MINUS SIGN}\N{MIDDLE DOT}\N{BULLET}\N{HYPHEN BULLET}\N{KATAKANA MIDDLE DOT}")


def capitals(text: str) -> str:
    """``text`` with a to z in capitals, and nothing else touched: other letters must not turn into those."""
    return text.upper() if text.isascii() else text.translate(_CAPITALS)


def joined(text: str) -> str:
    """``text`` without what only separates: spaces, dashes and dots of every script, and marks that nobody sees.

    Text that was pasted brings no-break and zero-width spaces, direction marks and dashes for hyphens.
    """
    if text.isascii():
        return text.translate(_ASCII_SEPARATORS)
    return "".join(char for char in text.translate(_ASCII_SEPARATORS) if not _separates(char))


def shown(text: str) -> str:
    """``text`` without marks that nobody sees, and without spaces around it; what separates its parts stays."""
    return text.strip() if text.isascii() else "".join(c for c in text if not _is_unseen(c)).strip()


@lru_cache(maxsize=512)
def _separates(char: str) -> bool:
    return char in _LOOK_ALIKES or unicodedata.category(char)[0] == "Z" or _is_dash(char) or _is_unseen(char)


def _is_dash(char: str) -> bool:
    return unicodedata.category(char) == "Pd"


def _is_unseen(char: str) -> bool:
    """A control or format character, or one that Unicode calls invisible without putting it among those."""
    return unicodedata.category(char) in ("Cc", "Cf") or char in _INVISIBLE


_INVISIBLE: Final = frozenset(
    "\N{COMBINING GRAPHEME JOINER}\N{HANGUL CHOSEONG FILLER}\N{HANGUL JUNGSEONG FILLER}\N{HANGUL FILLER}"
    "\N{HALFWIDTH HANGUL FILLER}\N{BRAILLE PATTERN BLANK}\N{VARIATION SELECTOR-15}\N{VARIATION SELECTOR-16}"
)
