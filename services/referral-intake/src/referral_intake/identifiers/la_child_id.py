"""The number by which a local authority knows a child in its own records."""

import re
from typing import Final

from referral_intake.identifiers.letters import shown

_FORM: Final = re.compile(r"[0-9A-Za-z]{1,20}")


def is_valid(text: str) -> bool:
    """Whether ``text`` has the form: one to twenty letters and digits (children in need census, rules 1570, 1580).

    Spaces around them say nothing.
    """
    return bool(_FORM.fullmatch(shown(text)))
