"""``GET /v1/referrals…``: an agency follows its own referrals."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from chassis.access import unwrap
from chassis.auth import Principal, SignedIn, signed_in_as
from referral_intake import decide, handlers, receipt, store
from referral_intake.api.desk import AtDesk
from referral_intake.errors import CursorInvalid
from referral_intake.model import OWN_AGENCY_ROLES, STATUS_TEXTS, Referral, Status

router = APIRouter(tags=["referrals"])

OwnAgency = Annotated[Principal, Depends(signed_in_as(*OWN_AGENCY_ROLES))]
Cursor = Annotated[str | None, Query(max_length=200, description="From ``next`` of the page before.")]
PageSize = Annotated[int, Query(ge=1, le=100)]


class StatusView(BaseModel):
    """How far a referral has come. Times are empty until the step is reached."""

    referral_id: UUID
    reference: str
    status: Status
    status_text: str = Field(description="The status in plain words.")
    received_at: datetime
    decision_expected_by: datetime
    looked_at: datetime | None
    decided_at: datetime | None
    closed_at: datetime | None
    links: receipt.Links

    @classmethod
    def of(cls, referral: Referral) -> Self:
        """The view of a referral that the reader may follow."""
        status, milestones = decide.status(referral.milestones), referral.milestones
        return cls(
            referral_id=referral.referral_id,
            reference=referral.reference,
            status=status,
            status_text=STATUS_TEXTS[status],
            received_at=referral.received_at,
            decision_expected_by=referral.decision_expected_by,
            looked_at=milestones.looked_at,
            decided_at=milestones.decided_at,
            closed_at=milestones.closed_at,
            links=receipt.Links(self=receipt.path_of(referral.referral_id)),
        )


class Page(BaseModel):
    """Referrals, newest first. ``next`` is the cursor of the following page; empty on the last one."""

    referrals: tuple[StatusView, ...]
    next: str | None


@router.get(receipt.PATH, summary="List your own agency's referrals", response_model=Page)
async def list_referrals(desk: AtDesk, asker: OwnAgency, cursor: Cursor = None, limit: PageSize = 50) -> Page:
    """References, codes and times only; nothing in this list describes a person."""
    before = _read_cursor(cursor) if cursor is not None else None
    async with desk.db.transaction() as tx:
        found = await store.list_referrals(
            tx, partnership=asker.partnership, agency=asker.agency, before=before, limit=limit + 1
        )
    shown = found[:limit]
    following = _cursor(shown[-1]) if len(found) > limit else None
    return Page(referrals=tuple(map(StatusView.of, shown)), next=following)


@router.get(receipt.PATH + "/{referral_id}", summary="Follow one referral", response_model=StatusView)
async def read_referral(referral_id: UUID, desk: AtDesk, asker: SignedIn) -> StatusView:
    """How far your own agency's referral has come. Any other referral is answered as if there were none."""
    async with desk.db.transaction() as tx:
        result = await handlers.read_status(tx, referral_id, asker, now=desk.clock.now())
    return StatusView.of(unwrap(result))


def _cursor(referral: Referral) -> str:
    return urlsafe_b64encode(f"{referral.received_at.isoformat()} {referral.referral_id}".encode()).decode()


def _read_cursor(cursor: str) -> tuple[datetime, UUID]:
    try:
        received_at, _, referral_id = urlsafe_b64decode(cursor).decode("ascii").partition(" ")
        at = datetime.fromisoformat(received_at)
        if at.tzinfo is None:
            raise CursorInvalid
        return at, UUID(referral_id)
    except ValueError as error:
        raise CursorInvalid from error
