"""``/v1/disposal-runs``: what was kept for its time is listed, reviewed, approved by somebody else, and destroyed."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import Depends, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from chassis.db import Transaction
from chassis.web.access import unwrap
from chassis.web.app import problem_responses
from chassis.web.auth import Principal, SignedIn, signed_in_as
from chassis.web.commands import Answered, Command
from chassis.web.description import trimmed
from chassis.web.service_router import ServiceRouter
from contracts.codes import DisposalDecision
from contracts.problems import Problem
from referral_intake import decide, handlers, store, telling
from referral_intake.api.dependencies import Injected
from referral_intake.api.holds import RecordsOfficer
from referral_intake.api.paging import Cursor, PageSize, read_cursor, write_cursor
from referral_intake.model import APPROVERS, DisposalReview, DisposalRun, ListedItem
from referral_intake.served import newest_pack

PATH = "/v1/disposal-runs"
BIGINT = 2**63 - 1
SMALLINT = 2**15 - 1

router = ServiceRouter(prefix=PATH, tags=["records"])

RecordsStaff = Annotated[Principal, Depends(signed_in_as(*APPROVERS))]
Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=5, max_length=1000),
    Field(json_schema_extra=trimmed(5)),
]


class RunView(BaseModel):
    """A disposal run. ``listed_at`` is empty while its list is being made."""

    run_id: UUID
    opened_by: str
    opened_at: datetime
    listed_at: datetime | None

    @classmethod
    def of(cls, run: DisposalRun) -> Self:
        """A run as it is shown."""
        return cls(run_id=run.run_id, opened_by=run.opened_by, opened_at=run.opened_at, listed_at=run.listed_at)


class RunPage(BaseModel):
    """Runs, newest first."""

    runs: tuple[RunView, ...]
    next: str | None


class CountedRunView(RunView):
    """A run with how many of its referrals are in each state."""

    referrals: dict[str, int] = Field(
        description="By state: to-review, to-approve, approved, destroyed, kept; or left as it is because it was held, "
        "changed, not-due any more, altered or refused.",
    )


class ReviewView(BaseModel):
    """What the last person who reviewed it decided."""

    decision: DisposalDecision
    edition: int
    keep_until: datetime | None
    reviewed_by: str
    reviewed_at: datetime

    @classmethod
    def of(cls, review: DisposalReview) -> Self:
        """A review as it is listed: without its reason, which may say something about somebody."""
        return cls(
            decision=review.decision,
            edition=review.edition,
            keep_until=review.keep_until,
            reviewed_by=review.reviewed_by,
            reviewed_at=review.reviewed_at,
        )


class ItemView(BaseModel):
    """A referral of a run: codes and dates only. Dates that are counted from a birthday are not listed."""

    referral_id: UUID
    reference: str
    state: str = Field(description="As in the run's counts.")
    record_class: str
    counted_from_kind: str
    counted_from: date | None
    kept_through: date | None = Field(description="The last day on which it must be kept.")
    undated: bool = Field(description="True when it hangs on a birthday that nobody knows.")
    edition: int = Field(description="The newest edition, which a review must be about.")
    held: bool
    review: ReviewView | None
    approved_by: str | None
    document: str = Field(description="Where the document is read, with Access-Purpose: records.")

    @classmethod
    def of(cls, listed: ListedItem) -> Self:
        """A listed referral as it is shown."""
        return cls(**_shown(listed))


class FullItemView(ItemView):
    """The same with every date, and the reason of the last review."""

    reason: str | None

    @classmethod
    def of(cls, listed: ListedItem) -> Self:
        """A listed referral as one person sees it whose look was written down."""
        standing = listed.item.standing
        return cls(**_shown(listed), reason=standing.review.reason if standing is not None else None)


class ItemPage(BaseModel):
    """Referrals of a run, in the order in which they were closed."""

    referrals: tuple[ItemView, ...]
    next: int | None = Field(description="Send it as ``after`` for the following page.")


class ReviewForm(BaseModel):
    """What you decide, having looked at an edition of the document."""

    model_config = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={
            "if": {"properties": {"decision": {"const": "destroy"}}},
            "then": {"properties": {"keep_until": {"type": "null"}}},
            "examples": [
                {"decision": "destroy", "edition": 1},
                {
                    "decision": "keep",
                    "edition": 1,
                    "keep_until": "2035-12-31",
                    "reason": "A sibling was referred again.",
                },
            ],
        },
    )

    decision: DisposalDecision
    edition: int = Field(strict=True, ge=1, le=SMALLINT, description="The edition you looked at.")
    keep_until: date | None = Field(None, description="With keep: the last day on which it is kept.")
    reason: Reason | None = Field(None, description="Needed with keep. It goes with the document.")

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if self.decision is DisposalDecision.DESTROY and self.keep_until is not None:
            raise ValueError("Leave keep_until out, or decide to keep it")
        return self


class ApprovalForm(BaseModel):
    """Exactly what you approve, so that nothing is approved that you have not seen."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    referral_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=500)]


class Approved(BaseModel):
    """How many will be destroyed soon, each in its own time."""

    approved: int


@router.post("", status_code=201, summary="Open a disposal run", response_model=RunView)
async def open_run(dependencies: Injected, officer: RecordsOfficer, once: Command) -> Response:
    """The list of everything whose time is over is made in the background; ask again until ``listed_at`` is there."""
    now = dependencies.clock.now()
    newest_pack(dependencies.packs, officer.partnership, at=now)
    run = DisposalRun(dependencies.ids.new(), officer.partnership, officer.subject, now, None)

    async def act(tx: Transaction) -> DisposalRun:
        await store.record_run(tx, run)
        return run

    return await once.do(dependencies, act, lambda opened: Answered(RunView.of(opened), status=201))


@router.get("", summary="List disposal runs", responses=problem_responses(400))
async def list_runs(
    dependencies: Injected, staff: RecordsStaff, cursor: Cursor = None, limit: PageSize = 50
) -> RunPage:
    """Of your partnership."""
    before = read_cursor(cursor)
    async with dependencies.db.transaction() as tx:
        found = await store.list_runs(tx, staff.partnership, before=before, limit=limit + 1)
    shown = found[:limit]
    following = write_cursor(shown[-1].opened_at, shown[-1].run_id) if len(found) > limit else None
    return RunPage(runs=tuple(map(RunView.of, shown)), next=following)


@router.get("/{run_id}", summary="See how far a run has come")
async def read_run(run_id: UUID, dependencies: Injected, staff: RecordsStaff) -> CountedRunView:
    """Counts by state."""
    async with dependencies.db.transaction() as tx:
        run = await handlers.get_run(tx, run_id, staff)
        counts = await store.count_items(tx, run_id)
    return CountedRunView(**RunView.of(run).model_dump(), referrals=counts)


@router.get("/{run_id}/referrals", summary="List a run's referrals")
async def list_items(
    run_id: UUID,
    dependencies: Injected,
    staff: RecordsStaff,
    undated: Annotated[bool, Query(description="True: those that hang on a birthday nobody knows.")] = False,
    after: Annotated[int, Query(ge=0, le=BIGINT)] = 0,
    limit: PageSize = 50,
) -> ItemPage:
    """Nothing in this list describes a person: read the document to review a referral."""
    async with dependencies.db.transaction() as tx:
        run = await handlers.get_run(tx, run_id, staff)
        found = await store.list_items(tx, run.run_id, undated=undated, after=after, limit=limit + 1)
    shown = found[:limit]
    following = shown[-1].item.place if len(found) > limit else None
    return ItemPage(referrals=tuple(map(ItemView.of, shown)), next=following)


@router.get("/{run_id}/referrals/{referral_id}", summary="See one referral of a run")
async def read_item(run_id: UUID, referral_id: UUID, dependencies: Injected, reader: SignedIn) -> FullItemView:
    """With every date and the reason of the last review. It may tell a birthday, so the look is written down."""
    look = handlers.look_at_item(referral_id, reader)
    async with dependencies.db.transaction() as tx:
        result = await handlers.read_item(tx, run_id, look, packs=dependencies.packs, now=dependencies.clock.now())
    return FullItemView.of(unwrap(result))


@router.post(
    "/{run_id}/referrals/{referral_id}/review",
    summary="Review a referral",
    responses=problem_responses(409),
    response_model=ReviewView,
)
async def review_referral(
    run_id: UUID, referral_id: UUID, form: ReviewForm, dependencies: Injected, officer: RecordsOfficer, once: Command
) -> Response:
    """Decide to destroy it, which somebody else has to approve, or to keep it until a day, which takes effect at once.

    Until it is approved it may be reviewed again; the last review counts. It must be about the newest edition.
    """
    now = dependencies.clock.now()
    pack = newest_pack(dependencies.packs, officer.partnership, at=now)
    keep = form.decision is DisposalDecision.KEEP
    until = decide.keep_until(form.keep_until, reason=form.reason, now=now) if keep else None
    review = DisposalReview(form.decision, form.edition, until, form.reason, officer.subject, now)

    async def act(tx: Transaction) -> DisposalReview | Problem:
        run = await handlers.get_run(tx, run_id, officer)
        result = await handlers.review_referral(tx, run, referral_id, review=review, pack=pack)
        return result if isinstance(result, Problem) else review

    return await once.do(dependencies, act, lambda given: Answered(ReviewView.of(given)))


@router.post(
    "/{run_id}/approval", summary="Approve destructions", responses=problem_responses(409), response_model=Approved
)
async def approve_destruction(
    run_id: UUID, form: ApprovalForm, dependencies: Injected, staff: RecordsStaff, once: Command
) -> Response:
    """For records officers, MASH managers and Caldicott guardians, but not for anybody who reviewed the referral.

    All that is named or none. It is carried out in the background, each referral in a transaction of its own, after
    asking everything again: what was held or changed meanwhile is left as it is.
    """

    async def act(tx: Transaction) -> int:
        run = await handlers.get_run(tx, run_id, staff)
        return await handlers.approve_destruction(
            tx, run, form.referral_ids, by=staff.subject, now=dependencies.clock.now()
        )

    return await once.do(dependencies, act, lambda count: Answered(Approved(approved=count)))


def _shown(listed: ListedItem) -> dict[str, object]:
    item, finding = listed.item, listed.item.finding
    return {
        "referral_id": item.referral_id,
        "reference": listed.reference,
        "state": item.state,
        "record_class": finding.record_class,
        "counted_from_kind": finding.counted_from_kind,
        "counted_from": finding.counted_from,
        "kept_through": finding.kept_through,
        "undated": finding.undated,
        "edition": listed.edition,
        "held": listed.held,
        "review": ReviewView.of(item.standing.review) if item.standing is not None else None,
        "approved_by": item.approved_by,
        "document": f"{telling.path_of(item.referral_id)}/document",
    }
