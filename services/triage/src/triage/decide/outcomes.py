"""One decision for each child: recommended by one person, authorised by another."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from contracts.events import CaseDecided, CaseRecommended, CaseReturned, Event
from triage.decide.shape import closed_by_itself, must_be_children, must_be_open, must_have_role, of_case
from triage.errors import AlreadyDecided, NoSuchRecommendation, RecommendationSettled, SamePerson
from triage.model import Acting, Authorise, Case, Decision, OutcomeTerms, Recommend, Recommendation


def recommend(
    case: Case, command: Recommend, *, by: Acting, terms: OutcomeTerms, recommendation_id: UUID
) -> CaseRecommended:
    """Recommend for one child; a later recommendation replaces an open one. No answer is waited for."""
    must_be_open(case)
    must_be_children(case, (command.child_id,))
    if command.child_id not in case.undecided:
        raise AlreadyDecided
    must_have_role(by, terms.recommended_by)
    return CaseRecommended(
        **of_case(case),
        child_id=command.child_id,
        recommendation_id=recommendation_id,
        outcome=command.outcome,
        level=command.level,
        recommended_by=by.actor.subject,
        recommended_at=by.now,
    )


def authorise(case: Case, command: Authorise, *, by: Acting, terms: OutcomeTerms, decision_id: UUID) -> Sequence[Event]:
    """Agree, and the child is decided; disagree, and the child may be recommended anew.

    Raises ``SamePerson`` for the recommender. A missing answer from an agency never holds a decision.
    Separation of the two people: Sefton Safeguarding Children Partnership, the outcome of a referral, 3.1.1.
    """
    must_be_open(case)
    recommendation = get_recommendation(case, command.recommendation_id)
    if recommendation.settled is not None:
        raise RecommendationSettled
    if recommendation.recommended_by == by.actor.subject:
        raise SamePerson
    must_have_role(by, terms.authorised_by)
    if not command.agree:
        return (_returned(case, recommendation, by),)
    decided = _decided(case, recommendation, by=by, terms=terms, decision_id=decision_id)
    return (decided, *closed_by_itself(_with_decision(case, decided, team=terms.team), by.now))


def get_recommendation(case: Case, recommendation_id: UUID) -> Recommendation:
    """The case's recommendation of that number. Raises ``NoSuchRecommendation``."""
    for recommendation in case.recommendations:
        if recommendation.recommendation_id == recommendation_id:
            return recommendation
    raise NoSuchRecommendation


def _returned(case: Case, recommendation: Recommendation, by: Acting) -> CaseReturned:
    return CaseReturned(
        **of_case(case),
        child_id=recommendation.child_id,
        recommendation_id=recommendation.recommendation_id,
        returned_by=by.actor.subject,
        returned_at=by.now,
    )


def _decided(
    case: Case, recommendation: Recommendation, *, by: Acting, terms: OutcomeTerms, decision_id: UUID
) -> CaseDecided:
    return CaseDecided(
        **of_case(case),
        reference=case.reference,
        agency=case.agency,
        child_id=recommendation.child_id,
        decision_id=decision_id,
        recommendation_id=recommendation.recommendation_id,
        outcome=recommendation.outcome,
        level=recommendation.level,
        recommended_by=recommendation.recommended_by,
        authorised_by=by.actor.subject,
        decided_at=by.now,
        referrer_feedback=terms.referrer_feedback,
        all_children_decided=case.undecided <= {recommendation.child_id},
        policy_version=terms.policy_version,
    )


def _with_decision(case: Case, decided: CaseDecided, *, team: str | None) -> Case:
    """The case as it will be when the decision stands."""
    decision = Decision(
        decision_id=decided.decision_id,
        recommendation_id=decided.recommendation_id,
        child_id=decided.child_id,
        outcome=decided.outcome,
        level=decided.level,
        team=team,
        authorised_by=decided.authorised_by,
        decided_at=decided.decided_at,
        policy_version=decided.policy_version,
        rationale="",
    )
    return replace(case, decisions=(*case.decisions, decision))
