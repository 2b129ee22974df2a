"""``/v1/cases/{id}``: a case with all that happened to it; rating and closing it."""

from datetime import datetime
from typing import Final, Self
from uuid import UUID

from fastapi.responses import Response
from pydantic import Field

from chassis.web.access import unwrap
from chassis.web.app import problem_responses
from chassis.web.commands import Answered, Command
from chassis.web.service_router import ServiceRouter
from contracts.codes import ClosureReason, Rating
from contracts.events import CaseClosed, CaseRated
from triage import handlers
from triage.api.case_view import CaseView
from triage.api.dependencies import Form, Injected, Reader, View, Words, Writer, tag, tagged
from triage.handlers import Recorded
from triage.model import Rate

router = ServiceRouter(prefix="/v1/cases", tags=["cases"])

WRITE_PROBLEMS: Final = problem_responses(409, 412, 428)


class RatingForm(Form):
    """The urgency of handling, which is not the level of need. Suggestions are advisory: a person rates."""

    rating: Rating
    rationale: Words | None = Field(default=None, description="Needed when an earlier rating changes.")


class RatingView(View):
    """The rating that now stands, and when the decision is due under it."""

    case_id: UUID
    version: int
    rating: Rating
    previous_rating: Rating | None
    decision_due_at: datetime

    @classmethod
    def of(cls, recorded: Recorded) -> Self:
        """The view of a rating that was recorded."""
        rated = recorded.get(CaseRated)
        return cls(
            case_id=recorded.case_id,
            version=recorded.version,
            rating=rated.rating,
            previous_rating=rated.previous_rating,
            decision_due_at=rated.decision_due_at,
        )


class ClosureView(View):
    """The case is closed. Nothing is deleted."""

    case_id: UUID
    version: int
    reason: ClosureReason
    closed_at: datetime

    @classmethod
    def of(cls, recorded: Recorded) -> Self:
        """The view of a closing that was recorded."""
        closed = recorded.get(CaseClosed)
        return cls(case_id=recorded.case_id, version=recorded.version, reason=closed.reason, closed_at=closed.closed_at)


@router.get("/{case_id}", summary="Open a case", response_model=CaseView)
async def read_case(case_id: UUID, response: Response, dependencies: Injected, visit: Reader) -> CaseView:
    """Everything triage holds about the case. The look is written down before anything is returned."""
    async with dependencies.db.transaction() as tx:
        result = await handlers.read_case(tx, dependencies, case_id, visit=visit)
    found = unwrap(result)
    tag(response, found.case.version)
    fresh = dependencies.authorising.holds(visit.principal, now=visit.now)
    return CaseView.of(found, now=visit.now, signed_in_freshly=fresh)


@router.post("/{case_id}/rating", summary="Rate", response_model=RatingView, responses=WRITE_PROBLEMS)
async def rate_case(case_id: UUID, form: RatingForm, dependencies: Injected, visit: Writer, once: Command) -> Response:
    """Set the urgency. Send the ETag of the case you have seen in ``If-Match``."""
    command = Rate(form.rating, form.rationale)
    return await once.do(
        dependencies,
        lambda tx: handlers.rate_case(tx, dependencies, case_id, command=command, visit=visit),
        lambda recorded: Answered(RatingView.of(recorded), headers=tagged(recorded.version)),
    )


@router.post("/{case_id}/closure", summary="Close", response_model=ClosureView, responses=WRITE_PROBLEMS)
async def close_case(case_id: UUID, dependencies: Injected, visit: Writer, once: Command) -> Response:
    """Close a case in which every child is decided and no team has anything left to accept."""
    return await once.do(
        dependencies,
        lambda tx: handlers.close_case(tx, case_id, visit=visit),
        lambda recorded: Answered(ClosureView.of(recorded), headers=tagged(recorded.version)),
    )
