"""``/v1/cases/{id}/recommendations`` and ``…/decisions``: two people stand behind every decision for a child."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from chassis.web.access import unwrap
from contracts.codes import Outcome, SupersedingReason, ThresholdLevel
from contracts.events import CaseDecided, CaseRecommended
from triage import handlers
from triage.api.cases import WRITE_PROBLEMS
from triage.api.dependencies import Form, Injected, View, Words, Writer, tag
from triage.model import Authorise, Recommend

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["decisions"])


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


@router.post(
    "/recommendations",
    status_code=201,
    summary="Recommend an outcome for a child",
    response_model=RecommendationView,
    responses=WRITE_PROBLEMS,
)
async def recommend_outcome(
    case_id: UUID, form: RecommendationForm, response: Response, dependencies: Injected, visit: Writer
) -> RecommendationView:
    """Who may recommend an outcome is in the partnership's pack. A later recommendation replaces an open one.

    A child with a decision is recommended again for a reason, such as news: once another person has authorised it,
    the later decision supersedes the earlier one. Both are kept.
    """
    command = Recommend(form.child_id, form.outcome, form.level, form.rationale, form.supersedes_reason)
    async with dependencies.db.transaction() as tx:
        result = await handlers.recommend_outcome(tx, dependencies, case_id, command=command, visit=visit)
    recorded = unwrap(result)
    recommended = recorded.get(CaseRecommended)
    tag(response, recorded.version)
    return RecommendationView(
        case_id=case_id,
        version=recorded.version,
        recommendation_id=recommended.recommendation_id,
        child_id=recommended.child_id,
        supersedes=recommended.supersedes,
    )


@router.post("/decisions", summary="Authorise", response_model=DecisionView, responses=WRITE_PROBLEMS)
async def authorise_outcome(
    case_id: UUID, form: DecisionForm, response: Response, dependencies: Injected, visit: Writer
) -> DecisionView:
    """Who may authorise an outcome is in the partnership's pack, and it is never the recommender."""
    command = Authorise(form.recommendation_id, form.agree, form.rationale)
    async with dependencies.db.transaction() as tx:
        result = await handlers.authorise_outcome(tx, dependencies, case_id, command=command, visit=visit)
    recorded = unwrap(result)
    decided = recorded.find(CaseDecided)
    tag(response, recorded.version)
    return DecisionView(
        case_id=case_id,
        version=recorded.version,
        recommendation_id=form.recommendation_id,
        agreed=decided is not None,
        decision_id=decided.decision_id if decided else None,
        decided_at=decided.decided_at if decided else None,
        supersedes=decided.supersedes if decided else None,
        all_children_decided=decided is not None and decided.all_children_decided,
        closed=recorded.closed,
    )
