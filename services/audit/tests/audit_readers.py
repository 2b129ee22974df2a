"""Who reads records of the log, and what there is for them to read."""

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2

from chassis.testing.signer import Signer

DatabaseLog = Any  # the log in a database that the fixture makes
Looks = Callable[[], Awaitable[list[dict[str, Any]]]]
AUDITOR: dict[str, Any] = {"roles": ["auditor"], "agency": "wandsworth-mash", "subject": "auditor-1"}
OPERATOR: dict[str, Any] = {"roles": ["operator"], "partnership": None, "agency": None, "subject": "operator-1"}


async def fill(log: DatabaseLog, referral_id: uuid.UUID, *types: str, partnership: str = "wandsworth") -> None:
    """Entries of one referral, of these types, signed."""
    for event_type in types:
        await log.put(event_type, referral_id, partnership=partnership, agency="ashcroft-primary")
    await log.advance()


async def read_access_log(
    http: httpx2.AsyncClient, signer: Signer, referral_id: uuid.UUID, *, purpose: str | None = "audit", **who: Any
) -> httpx2.Response:
    """The looks at one referral, as an auditor asks for them unless ``who`` says otherwise."""
    headers = {**signer.bearer(**{**AUDITOR, **who}), **({"Access-Purpose": purpose} if purpose else {})}
    return await http.get("/v1/access-log", params={"referral_id": str(referral_id)}, headers=headers)
