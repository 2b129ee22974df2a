"""The key by which a sender's request is known again when it is repeated."""

import re
from typing import Annotated, Final

from fastapi import Header

from chassis.web.description import needed
from referral_intake.errors import KeyMissing

KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
_DESCRIPTION: Final = (
    "Needed: 1 to 255 visible ASCII characters, new for each referral and the same for each repeat of it. "
    "A repeat is given the first answer again; another referral under the same key is refused."
)
_HEADER: Final = Header(
    alias="Idempotency-Key",
    description=_DESCRIPTION,
    json_schema_extra=needed({"type": "string", "pattern": f"^{KEY.pattern}$"}),
)


async def idempotency_key(value: Annotated[str | None, _HEADER] = None) -> str:
    """The key. Raises ``KeyMissing`` when it is absent or not what a key may be."""
    if value is None or not KEY.fullmatch(value):
        raise KeyMissing
    return value
