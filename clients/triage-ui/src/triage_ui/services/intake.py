"""What the client reads of referral-intake."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import RootModel

from triage_ui.services.caller import Caller, Read

SERVICE = "referral-intake"
STAFF_RISK_HEADER: Final = "Content-Staff-Risk"
NO_STAFF_RISK: Final = frozenset({"none-known", "not-stated"})


class Document(RootModel[dict[str, Any]]):
    """A referral as it was sent, in the words of its sender."""


@dataclass(frozen=True)
class ReferralDocument:
    """What was sent, and whether it states a risk to workers who visit: it does unless intake says otherwise."""

    said: Mapping[str, Any] = field(repr=False)
    states_staff_risk: bool


class Edition(Read):
    """What made one edition of the document."""

    edition: int
    made_by: str
    made_at: datetime
    agency: str


class Editions(Read):
    """All editions of a document, the first first."""

    editions: tuple[Edition, ...]


class Referenced(Read):
    """The id behind a reference."""

    referral_id: UUID


class Intake:
    """Referral-intake, as one person asks it."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def document(self, referral_id: UUID, *, purpose: str, edition: int | None = None) -> ReferralDocument:
        """The newest edition, or the one asked for; the look is recorded."""
        query = {} if edition is None else {"edition": str(edition)}
        path = f"/v1/referrals/{referral_id}/document"
        answer = await self._caller.get(SERVICE, path, Document, purpose=purpose, query=query)
        return ReferralDocument(answer.body.root, answer.headers.get(STAFF_RISK_HEADER) not in NO_STAFF_RISK)

    async def editions(self, referral_id: UUID, *, purpose: str) -> Editions:
        """What made each edition."""
        path = f"/v1/referrals/{referral_id}/document/editions"
        return (await self._caller.get(SERVICE, path, Editions, purpose=purpose)).body

    async def find(self, reference: str) -> UUID | None:
        """The referral of one's own partnership with a reference; None when there is none."""
        found = await self._caller.find(SERVICE, f"/v1/references/{reference}", Referenced)
        return found.referral_id if found is not None else None
