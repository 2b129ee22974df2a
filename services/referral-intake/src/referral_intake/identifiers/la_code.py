"""Local authority codes: three digits."""

import re
from typing import Final

from contracts.codes import LocalAuthority

_CODES: Final = frozenset(LocalAuthority)
_FORM: Final = re.compile(r"[0-9]{3}")


def normalise(text: str) -> str:
    """``text`` without the spaces around it."""
    return text.strip(" ")


def is_valid(text: str) -> bool:
    """Whether ``text`` is the code of an authority of England, of today or of the past."""
    code = normalise(text)
    return bool(_FORM.fullmatch(code)) and code in _CODES
