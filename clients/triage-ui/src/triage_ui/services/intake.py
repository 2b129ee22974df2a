"""What the client reads of referral-intake."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import RootModel

from triage_ui.services.caller import Caller, Read

SERVICE = "referral-intake"


class Document(RootModel[dict[str, Any]]):
    """A referral as it was sent, in the words of its sender."""


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

    async def document(self, referral_id: UUID, *, purpose: str, edition: int | None = None) -> dict[str, Any]:
        """The newest edition, or the one asked for; the look is recorded."""
        query = {} if edition is None else {"edition": str(edition)}
        path = f"/v1/referrals/{referral_id}/document"
        return (await self._caller.get(SERVICE, path, Document, purpose=purpose, query=query)).body.root

    async def editions(self, referral_id: UUID, *, purpose: str) -> Editions:
        """What made each edition."""
        path = f"/v1/referrals/{referral_id}/document/editions"
        return (await self._caller.get(SERVICE, path, Editions, purpose=purpose)).body

    async def find(self, reference: str) -> UUID | None:
        """The referral of one's own partnership with a reference; None when there is none."""
        found = await self._caller.find(SERVICE, f"/v1/references/{reference}", Referenced)
        return found.referral_id if found is not None else None
