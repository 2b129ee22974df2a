"""``…/handovers``: offering children to a team, its acceptance or return, and taking an offer back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from fastapi.responses import Response
from pydantic import ConfigDict, Field

from chassis.web.access import unwrap
from chassis.web.app import problem_responses
from chassis.web.commands import Answered, Command
from chassis.web.service_router import ServiceRouter
from contracts.codes import HandoverReturnReason, Outcome, ThresholdLevel
from contracts.events import HandoverAccepted, HandoverOffered, HandoverReturned, HandoverWithdrawn
from triage import handlers
from triage.api import examples
from triage.api.cases import WRITE_PROBLEMS
from triage.api.dependencies import Code, Form, Injected, OtherParty, Reader, View, Words, Writer, tagged
from triage.handlers import HandoverFile, Recorded
from triage.model import Decision, HandoverState, Offer, Return

router = ServiceRouter(prefix="/v1", tags=["handovers"])


class OfferForm(Form):
    """Decided children for the team that receives their outcomes."""

    team: Code
    child_ids: tuple[UUID, ...] = Field(min_length=1, max_length=50)
    summary: Words


class OfferedView(View):
    """The team is notified. The case stays with triage until it accepts."""

    case_id: UUID
    version: int
    handover_id: UUID
    team: str
    accept_due_at: datetime

    @classmethod
    def of(cls, recorded: Recorded) -> Self:
        """The view of what was recorded."""
        done = recorded.get(HandoverOffered)
        return cls(
            case_id=recorded.case_id,
            version=recorded.version,
            handover_id=done.handover_id,
            team=done.team,
            accept_due_at=done.accept_due_at,
        )


class Decided(View):
    """A later decision for a child, which this handover does not hand over."""

    outcome: Outcome
    level: ThresholdLevel
    decided_at: datetime


class HandedChild(View):
    """One child of the handover, and what was decided."""

    child_id: UUID
    outcome: Outcome
    level: ThresholdLevel
    rationale: str
    decided_again: Decided | None = Field(description="The decision that stands now, when it is a later one.")

    @classmethod
    def of(cls, decision: Decision, current: Sequence[Decision]) -> Self:
        """The view of what is handed over for one child."""
        later = (one for one in current if one.child_id == decision.child_id and one != decision)
        again = next(later, None)
        return cls(
            child_id=decision.child_id,
            outcome=decision.outcome,
            level=decision.level,
            rationale=decision.rationale,
            decided_again=Decided.model_validate(again, from_attributes=True) if again else None,
        )


class HandoverView(View):
    """What the team is offered. Who the children are stands in the document."""

    handover_id: UUID
    case_id: UUID
    reference: str
    team: str
    state: HandoverState
    summary: str
    children: tuple[HandedChild, ...]
    document_url: str
    offered_by: str
    offered_at: datetime
    accept_due_at: datetime
    overdue: bool
    accepted_by: str | None
    accepted_at: datetime | None
    returned_by: str | None
    returned_at: datetime | None
    return_reason: HandoverReturnReason | None
    return_note: str | None
    withdrawn_at: datetime | None = Field(description="When the front door team took it back, or decided again.")

    @classmethod
    def of(cls, file: HandoverFile, *, now: datetime) -> Self:
        """The view of a handover that the reader may see."""
        handover = file.handover
        return cls(
            handover_id=handover.handover_id,
            case_id=handover.case_id,
            reference=file.reference,
            team=handover.team,
            state=handover.state,
            summary=handover.summary,
            children=tuple(HandedChild.of(one, file.current_decisions) for one in file.decisions),
            document_url=file.document_url,
            offered_by=handover.offered_by,
            offered_at=handover.offered_at,
            accept_due_at=handover.accept_due_at,
            overdue=handover.state is HandoverState.OFFERED and now >= handover.accept_due_at,
            accepted_by=handover.accepted_by,
            accepted_at=handover.accepted_at,
            returned_by=handover.returned_by,
            returned_at=handover.returned_at,
            return_reason=handover.return_reason,
            return_note=handover.return_note,
            withdrawn_at=handover.withdrawn_at,
        )


class AcceptedView(View):
    """The team has the children. ``case_closed`` is true when nothing was left for triage to do."""

    handover_id: UUID
    accepted_at: datetime
    case_closed: bool

    @classmethod
    def of(cls, recorded: Recorded) -> Self:
        """The view of what was recorded."""
        done = recorded.get(HandoverAccepted)
        return cls(
            handover_id=done.handover_id,
            accepted_at=done.accepted_at,
            case_closed=recorded.closed,
        )


class ReturnForm(Form):
    """Why the team does not accept, and what the front door team should know."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.RETURN]})

    reason: HandoverReturnReason
    note: Words


class ReturnedView(View):
    """The children are with the front door team again."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.RETURNED]})

    handover_id: UUID
    returned_at: datetime

    @classmethod
    def of(cls, recorded: Recorded) -> Self:
        """The view of what was recorded."""
        done = recorded.get(HandoverReturned)
        return cls(
            handover_id=done.handover_id,
            returned_at=done.returned_at,
        )


class WithdrawnOfferView(View):
    """The offer no longer stands, and its children may be offered again."""

    case_id: UUID
    version: int
    handover_id: UUID
    withdrawn_at: datetime

    @classmethod
    def of(cls, recorded: Recorded) -> Self:
        """The view of what was recorded."""
        done = recorded.get(HandoverWithdrawn)
        return cls(
            case_id=recorded.case_id,
            version=recorded.version,
            handover_id=done.handover_id,
            withdrawn_at=done.withdrawn_at,
        )


@router.post(
    "/cases/{case_id}/handovers",
    status_code=201,
    summary="Offer a handover",
    response_model=OfferedView,
    responses=WRITE_PROBLEMS,
)
async def offer_handover(
    case_id: UUID, form: OfferForm, dependencies: Injected, visit: Writer, once: Command
) -> Response:
    """Offer decided children to the team that the pack names for their outcomes.

    Once that team has returned a child, somebody who may authorise its outcome may offer it to another team.
    """
    command = Offer(form.team, form.child_ids, form.summary)
    return await once.do(
        dependencies,
        lambda tx: handlers.offer_handover(tx, dependencies, case_id, command=command, visit=visit),
        _offered,
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
async def accept_handover(handover_id: UUID, dependencies: Injected, visit: OtherParty, once: Command) -> Response:
    """By a member of the team: only now is the handover complete."""
    return await once.do(
        dependencies,
        lambda tx: handlers.accept_handover(tx, dependencies, handover_id, visit=visit),
        lambda recorded: Answered(AcceptedView.of(recorded)),
    )


@router.post(
    "/handovers/{handover_id}/return",
    summary="Return a handover",
    response_model=ReturnedView,
    responses=problem_responses(409),
)
async def return_handover(
    handover_id: UUID, form: ReturnForm, dependencies: Injected, visit: OtherParty, once: Command
) -> Response:
    """By a member of the team, instead of accepting: the front door team offers it again, or decides again.

    What was accepted is not returned: from then on the children are the team's.
    """
    command = Return(handover_id, form.reason, form.note)
    return await once.do(
        dependencies,
        lambda tx: handlers.return_handover(tx, dependencies, command=command, visit=visit),
        lambda recorded: Answered(ReturnedView.of(recorded)),
    )


@router.post(
    "/cases/{case_id}/handovers/{handover_id}/withdrawal",
    summary="Take an offer back",
    response_model=WithdrawnOfferView,
    responses=WRITE_PROBLEMS,
)
async def take_back_offer(
    case_id: UUID, handover_id: UUID, dependencies: Injected, visit: Writer, once: Command
) -> Response:
    """An offer that nobody has accepted, for instance to a team that is no longer there."""
    return await once.do(
        dependencies,
        lambda tx: handlers.take_back_offer(tx, dependencies, case_id, handover_id=handover_id, visit=visit),
        lambda recorded: Answered(WithdrawnOfferView.of(recorded), headers=tagged(recorded.version)),
    )


def _offered(recorded: Recorded) -> Answered:
    location = f"/v1/handovers/{recorded.get(HandoverOffered).handover_id}"
    return Answered(OfferedView.of(recorded), 201, tagged(recorded.version, location=location))
