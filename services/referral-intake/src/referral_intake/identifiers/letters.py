"""Capitals of the letters that identifiers are made of."""

import string
from typing import Final

_CAPITALS: Final = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)


def capitals(text: str) -> str:
    """``text`` with a to z in capitals, and nothing else touched: other letters must not turn into those."""
    return text.upper() if text.isascii() else text.translate(_CAPITALS)
