"""``/v1/cases/{id}/recommendations`` and ``…/decisions``: two people stand behind every decision for a child."""

from datetime import datetime
from typing import Self
from uuid import UUID

from fastapi.responses import Response
from pydantic import Field

from chassis.web.commands import Answered, Command
from chassis.web.service_router import ServiceRouter
from contracts.codes import Outcome, SupersedingReason, ThresholdLevel
from contracts.events import CaseDecided, CaseRecommended
from triage import handlers
from triage.api.cases import WRITE_PROBLEMS
from triage.api.dependencies import Authoriser, Form, Injected, View, Words, Writer, tagged
from triage.handlers import Recorded
from triage.model import Authorise, Recommend

router = ServiceRouter(prefix="/v1/cases/{case_id}", tags=["decisions"])


class RecommendationForm(Form):
    """An outcome and a level of need for one child, with the analysis behind it."""

    child_id: UUID
    outcome: Outcome
    level: ThresholdLevel
    rationale: Words
    supersedes_reason: SupersedingReason | None = Field(
        default=None, description="Needed for a child that has a decision already: why it is to be decided again."
    )


class RecommendationView(View):
    """The recommendation waits for another person. ``supersedes`` is the decision that stands until then."""

    case_id: UUID
    version: int
    recommendation_id: UUID
    child_id: UUID
    supersedes: UUID | None

    @classmethod
    def of(cls, recorded: Recorded) -> Self:
        """The view of a recommendation that was recorded."""
        recommended = recorded.get(CaseRecommended)
        return cls(
            case_id=recorded.case_id,
            version=recorded.version,
            recommendation_id=recommended.recommendation_id,
            child_id=recommended.child_id,
            supersedes=recommended.supersedes,
        )


class DecisionForm(Form):
    """Agreement, or disagreement, with a recommendation."""

    recommendation_id: UUID
    agree: bool = Field(
        description="False turns it down; the child may be recommended again, and a decision it has stands."
    )
    rationale: Words


class DecisionView(View):
    """What became of the recommendation. ``decision_id`` is empty when it was turned down."""

    case_id: UUID
    version: int
    recommendation_id: UUID
    agreed: bool
    decision_id: UUID | None
    decided_at: datetime | None
    supersedes: UUID | None = Field(description="The child's decision that stood before.")
    all_children_decided: bool
    closed: bool = Field(description="True when nothing was left to do and the case closed by itself.")

    @classmethod
    def of(cls, recorded: Recorded, recommendation_id: UUID) -> Self:
        """The view of what was recorded: a decision, or that there is none."""
        decided = recorded.find(CaseDecided)
        return cls(
            case_id=recorded.case_id,
            version=recorded.version,
            recommendation_id=recommendation_id,
            agreed=decided is not None,
            decision_id=decided.decision_id if decided else None,
            decided_at=decided.decided_at if decided else None,
            supersedes=decided.supersedes if decided else None,
            all_children_decided=decided is not None and decided.all_children_decided,
            closed=recorded.closed,
        )


@router.post(
    "/recommendations",
    status_code=201,
    summary="Recommend an outcome for a child",
    response_model=RecommendationView,
    responses=WRITE_PROBLEMS,
)
async def recommend_outcome(
    case_id: UUID, form: RecommendationForm, dependencies: Injected, visit: Writer, once: Command
) -> Response:
    """Who may recommend an outcome is in the partnership's pack. A later recommendation replaces an open one.

    A child with a decision is recommended again for a reason, such as news: once another person has authorised it,
    the later decision supersedes the earlier one. Both are kept.
    """
    command = Recommend(form.child_id, form.outcome, form.level, form.rationale, form.supersedes_reason)
    return await once.do(
        dependencies,
        lambda tx: handlers.recommend_outcome(tx, dependencies, case_id, command=command, visit=visit),
        lambda recorded: Answered(RecommendationView.of(recorded), 201, tagged(recorded.version)),
    )


@router.post("/decisions", summary="Authorise", response_model=DecisionView, responses=WRITE_PROBLEMS)
async def authorise_outcome(
    case_id: UUID, form: DecisionForm, dependencies: Injected, visit: Authoriser, once: Command
) -> Response:
    """Who may authorise an outcome is in the partnership's pack, and it is never the recommender.

    It needs a sign-in of the last minutes: an older one is refused (401) with the `max_age` to sign in again with
    (RFC 9470), and the same request may be sent again with the new token.
    """
    command = Authorise(form.recommendation_id, form.agree, form.rationale)
    return await once.do(
        dependencies,
        lambda tx: handlers.authorise_outcome(tx, dependencies, case_id, command=command, visit=visit),
        lambda recorded: Answered(DecisionView.of(recorded, form.recommendation_id), headers=tagged(recorded.version)),
    )
