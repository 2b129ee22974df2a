"""The number by which a local authority knows a child in its own records."""

import re
from typing import Final

_FORM: Final = re.compile(r"[0-9A-Za-z]{1,20}")


def normalise(text: str) -> str:
    """``text`` without the spaces around it; authorities tell small letters from capitals, so those stay."""
    return text.strip(" ")


def is_valid(text: str) -> bool:
    """Whether ``text`` has the form of such a number: up to twenty letters and digits (DfE census rules 8500, 1580)."""
    return bool(_FORM.fullmatch(normalise(text)))
