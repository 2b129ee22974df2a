"""Whether a text says anything at all."""

import re
from typing import Final

_LETTER_OR_NUMBER: Final = re.compile(r"[^\W_]")


def said(text: str | None) -> bool:
    """Whether there is a letter or a number in it, of any script: a dash or a blank is how people skip a field."""
    return text is not None and (text[:1].isalnum() or _LETTER_OR_NUMBER.search(text) is not None)
