"""``…/handovers``: offering children to a team, and its acceptance."""

from datetime import datetime
from typing import Self
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from chassis.web.access import unwrap
from chassis.web.app import problem_responses
from contracts.codes import Outcome, ThresholdLevel
from contracts.events import HandoverAccepted, HandoverOffered
from triage import handlers
from triage.api.cases import WRITE_PROBLEMS
from triage.api.dependencies import Code, Form, Injected, OtherParty, Reader, View, Words, Writer, tag
from triage.handlers import HandoverFile
from triage.model import Offer

router = APIRouter(prefix="/v1", tags=["handovers"])


class OfferForm(Form):
    """Decided children for the team that receives their outcomes."""

    team: Code
    child_ids: tuple[UUID, ...] = Field(min_length=1, max_length=50)
    summary: Words


class OfferedView(View):
    """The team is told. The case stays with triage until it accepts."""

    case_id: UUID
    version: int
    handover_id: UUID
    team: str
    accept_due_at: datetime


class HandedChild(View):
    """One child of the handover, and what was decided."""

    child_id: UUID
    outcome: Outcome
    level: ThresholdLevel
    rationale: str


class HandoverView(View):
    """What the team is offered. Who the children are stands in the document."""

    handover_id: UUID
    case_id: UUID
    reference: str
    team: str
    summary: str
    children: tuple[HandedChild, ...]
    document_url: str
    offered_by: str
    offered_at: datetime
    accept_due_at: datetime
    overdue: bool
    accepted_by: str | None
    accepted_at: datetime | None

    @classmethod
    def of(cls, file: HandoverFile, *, now: datetime) -> Self:
        """The view of a handover that the reader may see."""
        handover = file.handover
        return cls(
            handover_id=handover.handover_id,
            case_id=handover.case_id,
            reference=file.reference,
            team=handover.team,
            summary=handover.summary,
            children=tuple(HandedChild.model_validate(one, from_attributes=True) for one in file.decisions),
            document_url=file.document_url,
            offered_by=handover.offered_by,
            offered_at=handover.offered_at,
            accept_due_at=handover.accept_due_at,
            overdue=handover.accepted_at is None and now >= handover.accept_due_at,
            accepted_by=handover.accepted_by,
            accepted_at=handover.accepted_at,
        )


class AcceptedView(View):
    """The team has the children. ``case_closed`` is true when nothing was left for triage to do."""

    handover_id: UUID
    accepted_at: datetime
    case_closed: bool


@router.post(
    "/cases/{case_id}/handovers",
    status_code=201,
    summary="Offer a handover",
    response_model=OfferedView,
    responses=WRITE_PROBLEMS,
)
async def offer_handover(
    case_id: UUID, form: OfferForm, response: Response, dependencies: Injected, visit: Writer
) -> OfferedView:
    """Offer decided children to the team that the pack names for their outcomes."""
    command = Offer(form.team, form.child_ids, form.summary)
    async with dependencies.db.transaction() as tx:
        result = await handlers.offer_handover(tx, dependencies, case_id, command=command, visit=visit)
    recorded = unwrap(result)
    offered = recorded.get(HandoverOffered)
    tag(response, recorded.version)
    response.headers["Location"] = f"/v1/handovers/{offered.handover_id}"
    return OfferedView(
        case_id=case_id,
        version=recorded.version,
        handover_id=offered.handover_id,
        team=offered.team,
        accept_due_at=offered.accept_due_at,
    )


@router.get("/handovers/{handover_id}", summary="Read a handover", response_model=HandoverView)
async def read_handover(handover_id: UUID, dependencies: Injected, visit: Reader) -> HandoverView:
    """For the team that was offered it, and for triage staff. The look is written down first."""
    async with dependencies.db.transaction() as tx:
        result = await handlers.read_handover(tx, dependencies, handover_id, visit=visit)
    return HandoverView.of(unwrap(result), now=visit.now)


@router.post(
    "/handovers/{handover_id}/acceptance",
    summary="Accept a handover",
    response_model=AcceptedView,
    responses=problem_responses(409),
)
async def accept_handover(handover_id: UUID, dependencies: Injected, visit: OtherParty) -> AcceptedView:
    """By a member of the team: only now is the handover complete."""
    async with dependencies.db.transaction() as tx:
        result = await handlers.accept_handover(tx, dependencies, handover_id, visit=visit)
    recorded = unwrap(result)
    accepted = recorded.get(HandoverAccepted)
    return AcceptedView(handover_id=handover_id, accepted_at=accepted.accepted_at, case_closed=recorded.closed)
