"""The number by which a local authority knows a child in its own records."""

import re
from typing import Final

from referral_intake.identifiers.letters import shown

_FORM: Final = re.compile(r"[0-9A-Za-z]{1,20}")


def normalise(text: str) -> str:
    """Letters and digits, without spaces around them. Small letters stay: some authorities tell them from capitals."""
    child_id = shown(text)
    return child_id if _FORM.fullmatch(child_id) else text


def is_valid(text: str) -> bool:
    """Whether ``text`` has the form: one to twenty letters and digits (children in need census, rules 1570, 1580)."""
    return bool(_FORM.fullmatch(normalise(text)))
