"""Local authority codes: three digits."""

import re
from typing import Final

from contracts.codes import LocalAuthority
from referral_intake.identifiers.letters import shown

_FORM: Final = re.compile(r"[0-9]{3}")
CODES: Final = frozenset(code.value for code in LocalAuthority)
"""Of every authority of England, of today or one that has ended since 2009."""


def normalise(text: str) -> str:
    """Three digits, without spaces around them."""
    code = shown(text)
    return code if _FORM.fullmatch(code) else text


def is_valid(text: str) -> bool:
    """Whether ``text`` is the code of an authority of England, of today or one that has ended since 2009."""
    return normalise(text) in CODES
