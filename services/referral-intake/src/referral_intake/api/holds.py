"""``/v1/holds``: legal holds, for one referral or for all that an inquiry names."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import Depends
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chassis.db import Transaction
from chassis.web.access import unwrap
from chassis.web.app import problem_responses
from chassis.web.auth import Principal, SignedIn, signed_in_as
from chassis.web.commands import Answered, Command
from chassis.web.description import trimmed
from chassis.web.service_router import ServiceRouter
from contracts.codes import HoldReason
from referral_intake import handlers, store, telling
from referral_intake.api.dependencies import Injected
from referral_intake.api.paging import Cursor, PageSize, read_cursor, write_cursor
from referral_intake.model import MAY_HOLD, Hold, HoldOnReferral, HoldOrder, HoldPlaced

router = ServiceRouter(tags=["records"])

RecordsOfficer = Annotated[Principal, Depends(signed_in_as(*MAY_HOLD))]
Reference = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Note = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=1000),
    Field(json_schema_extra=trimmed(1)),
]


class HoldForm(BaseModel):
    """Why, and on which referrals. ``note``: who asked for it and where that is written; nobody's name or story."""

    model_config = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={
            "examples": [{"reason": "public-inquiry", "note": "Letter of 3 March", "references": ["WAN-7K3M-Q9TR"]}]
        },
    )

    reason: HoldReason
    note: Note | None = None
    references: Annotated[tuple[Reference, ...], Field(min_length=1, max_length=1000)]


class PlacedView(BaseModel):
    """The hold stands. What it could not be placed on is named by its place in your list."""

    hold_id: UUID
    placed_at: datetime
    referral_ids: tuple[UUID, ...] = Field(description="What is held now.")
    not_found: tuple[str, ...] = Field(description="Pointers to references that no referral of yours has.")
    destroyed: tuple[str, ...] = Field(description="Pointers to references whose content is gone already.")

    @classmethod
    def of(cls, order: HoldOrder, placed: HoldPlaced) -> Self:
        """What was placed, and what was not, as it is shown."""
        return cls(
            hold_id=order.hold_id,
            placed_at=order.placed_at,
            referral_ids=placed.referral_ids,
            not_found=tuple(f"/references/{place}" for place in placed.absent),
            destroyed=tuple(f"/references/{place}" for place in placed.destroyed),
        )


class OrderView(BaseModel):
    """What was ordered, why and by whom."""

    hold_id: UUID
    reason: HoldReason
    note: str | None
    placed_by: str
    placed_at: datetime


class HoldView(OrderView):
    """A legal hold and on how many referrals it stands."""

    referrals: int

    @classmethod
    def of(cls, hold: Hold) -> Self:
        """A hold as it is shown."""
        return cls(**_said(hold.order), referrals=hold.referrals)


class HoldPage(BaseModel):
    """Holds that stand, newest first."""

    holds: tuple[HoldView, ...]
    next: str | None


class ReferralHoldView(OrderView):
    """A hold as it concerns one referral; it stands while ``lifted_at`` is empty."""

    lifted_by: str | None
    lifted_at: datetime | None

    @classmethod
    def of(cls, hold: HoldOnReferral) -> Self:
        """A hold as it is shown with its referral."""
        return cls(**_said(hold.order), lifted_by=hold.lifted_by, lifted_at=hold.lifted_at)


class Lifted(BaseModel):
    """From how many referrals the hold was lifted. Other holds may still stand on them."""

    referrals: int


@router.post("/v1/holds", status_code=201, summary="Hold referrals", response_model=PlacedView)
async def place_hold(form: HoldForm, dependencies: Injected, officer: RecordsOfficer, once: Command) -> Response:
    """Nothing of a held referral is destroyed, however long it was kept, until every hold on it is lifted.

    For records officers; one referral or up to 1,000. What is not found does not keep the others from being held.
    """
    order = HoldOrder(
        dependencies.ids.new(), officer.partnership, form.reason, form.note, officer.subject, dependencies.clock.now()
    )

    async def act(tx: Transaction) -> HoldPlaced:
        return await handlers.place_hold(tx, order, form.references)

    return await once.do(dependencies, act, lambda placed: Answered(PlacedView.of(order, placed), status=201))


@router.get("/v1/holds", summary="List the holds that stand", responses=problem_responses(400))
async def list_holds(
    dependencies: Injected, officer: RecordsOfficer, cursor: Cursor = None, limit: PageSize = 50
) -> HoldPage:
    """Of your partnership. A hold that was lifted from all its referrals is not listed any more."""
    before = read_cursor(cursor)
    async with dependencies.db.transaction() as tx:
        found = await store.list_holds(tx, officer.partnership, before=before, limit=limit + 1)
    shown = found[:limit]
    following = write_cursor(shown[-1].order.placed_at, shown[-1].order.hold_id) if len(found) > limit else None
    return HoldPage(holds=tuple(map(HoldView.of, shown)), next=following)


@router.post("/v1/holds/{hold_id}/release", summary="Lift a hold from all its referrals", response_model=Lifted)
async def lift_hold(hold_id: UUID, dependencies: Injected, officer: RecordsOfficer, once: Command) -> Response:
    """Referrals whose time is over come up in the next disposal run; nothing is destroyed by lifting."""

    async def act(tx: Transaction) -> int:
        return await handlers.lift_hold(tx, hold_id, officer, referral_id=None, now=dependencies.clock.now())

    return await once.do(dependencies, act, lambda lifted: Answered(Lifted(referrals=lifted)))


@router.post(
    telling.PATH + "/{referral_id}/holds/{hold_id}/release",
    summary="Lift a hold from one referral",
    response_model=Lifted,
)
async def lift_hold_from_referral(
    referral_id: UUID, hold_id: UUID, dependencies: Injected, officer: RecordsOfficer, once: Command
) -> Response:
    """The hold goes on standing on its other referrals."""

    async def act(tx: Transaction) -> int:
        return await handlers.lift_hold(tx, hold_id, officer, referral_id=referral_id, now=dependencies.clock.now())

    return await once.do(dependencies, act, lambda lifted: Answered(Lifted(referrals=lifted)))


@router.get(telling.PATH + "/{referral_id}/holds", summary="Read the holds on a referral")
async def read_holds(referral_id: UUID, dependencies: Injected, reader: SignedIn) -> tuple[ReferralHoldView, ...]:
    """Every hold that ever stood on it, oldest first. For records officers; the look is written down."""
    async with dependencies.db.transaction() as tx:
        result = await handlers.read_holds(tx, referral_id, reader, now=dependencies.clock.now())
    return tuple(map(ReferralHoldView.of, unwrap(result)))


def _said(order: HoldOrder) -> dict[str, Any]:
    return {name: getattr(order, name) for name in OrderView.model_fields}
