"""The decisions for each child: recommended by one person, authorised by another, the later superseding the earlier."""

from collections.abc import Iterator
from uuid import UUID

from contracts.codes import HandoverWithdrawalReason, SupersedingReason
from contracts.events import (
    CaseDecided,
    CaseRecommended,
    CaseReturned,
    Event,
    HandoverSuperseded,
    HandoverWithdrawn,
)
from contracts.problems import FieldError
from triage.decide.shape import must_be_children, must_be_open, must_be_seen, must_have_role, of_case
from triage.errors import (
    AlreadyDecided,
    NoSuchRecommendation,
    NothingToSupersede,
    ReasonNotBorneOut,
    RecommendationSettled,
    SamePerson,
)
from triage.model import (
    FROM_AGENCIES,
    FROM_SENDERS,
    Acting,
    Addresses,
    Authorise,
    Case,
    Decision,
    Handover,
    HandoverState,
    OutcomeTerms,
    Recommend,
    Recommendation,
)


def recommend(
    case: Case, command: Recommend, *, by: Acting, terms: OutcomeTerms, recommendation_id: UUID
) -> CaseRecommended:
    """Recommend for one child; a later recommendation replaces an open one. No answer is waited for.

    A child with a decision is recommended again for a reason: raises ``AlreadyDecided`` without one, and
    ``ReasonNotBorneOut`` for one that names what has not happened since.
    """
    must_be_open(case)
    must_be_children(case, (command.child_id,))
    decision = case.find_decision(command.child_id)
    _must_be_supersedable(case, decision, reason=command.supersedes_reason)
    must_have_role(by, terms.recommended_by)
    return CaseRecommended(
        **of_case(case),
        child_id=command.child_id,
        recommendation_id=recommendation_id,
        outcome=command.outcome,
        level=command.level,
        recommended_by=by.actor.subject,
        recommended_at=by.now,
        supersedes=decision.decision_id if decision else None,
        supersedes_reason=command.supersedes_reason,
    )


def authorise(
    case: Case, command: Authorise, *, by: Acting, terms: OutcomeTerms, decision_id: UUID
) -> CaseDecided | CaseReturned:
    """Agree, and the child is decided; disagree, and the child may be recommended again: an earlier decision stands.

    Raises ``SamePerson`` for the recommender, and ``NewsUnseen`` for anyone who would decide past something new.
    A missing answer from an agency never holds a decision.
    Separation of the two people: Sefton Safeguarding Children Partnership, the outcome of a referral, 3.1.1.
    """
    must_be_open(case)
    recommendation = get_recommendation(case, command.recommendation_id)
    if recommendation.settled is not None or recommendation.supersedes != _decision_id(case, recommendation):
        raise RecommendationSettled
    if recommendation.recommended_by == by.actor.subject:
        raise SamePerson
    must_have_role(by, terms.authorised_by)
    if not command.agree:
        return _returned(case, recommendation, by)
    must_be_seen(case)
    return _decided(case, recommendation, by=by, terms=terms, decision_id=decision_id)


def follow_handovers(case: Case, decided: CaseDecided, *, addresses: Addresses) -> Iterator[Event]:
    """What a decision makes of the handovers of the one that it supersedes.

    An offer that nobody accepted is withdrawn with all its children: its team would accept what was not decided.
    A team that has accepted must know. Either way the later decision needs a handover of its own.
    """
    if decided.supersedes is None:
        return
    for handover in case.handovers:
        if decided.supersedes not in handover.decision_ids:
            continue
        url = addresses.handover(handover.handover_id)
        if handover.state is HandoverState.OFFERED:
            yield _withdrawn(case, handover, decided, url)
        elif handover.state is HandoverState.ACCEPTED:
            yield _superseded(case, handover, decided, url)


def get_recommendation(case: Case, recommendation_id: UUID) -> Recommendation:
    """The case's recommendation of that number. Raises ``NoSuchRecommendation``."""
    for recommendation in case.recommendations:
        if recommendation.recommendation_id == recommendation_id:
            return recommendation
    raise NoSuchRecommendation


def _must_be_supersedable(case: Case, decision: Decision | None, *, reason: SupersedingReason | None) -> None:
    if decision is None:
        if reason is not None:
            raise NothingToSupersede(errors=(FieldError("/supersedes_reason", "Leave this out."),))
        return
    if reason is None:
        raise AlreadyDecided
    if not _is_borne_out(case, decision, reason):
        raise ReasonNotBorneOut(errors=(FieldError("/supersedes_reason", "Choose what has happened since."),))


def _is_borne_out(case: Case, decision: Decision, reason: SupersedingReason) -> bool:
    """Whether what a reason names has happened since the decision. A mistake needs nothing to have happened."""
    since = {news.what for news in case.news_since(decision)}
    match reason:
        case SupersedingReason.NEWS_FROM_SENDER:
            return not since.isdisjoint(FROM_SENDERS)
        case SupersedingReason.AGENCY_INFORMATION:
            return not since.isdisjoint(FROM_AGENCIES)
        case SupersedingReason.HANDOVER_RETURNED:
            return case.was_returned(decision)
        case SupersedingReason.MISTAKE_FOUND:
            return True


def _decision_id(case: Case, recommendation: Recommendation) -> UUID | None:
    decision = case.find_decision(recommendation.child_id)
    return decision.decision_id if decision else None


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
        all_children_decided=case.undecided | case.deciding_again <= {recommendation.child_id},
        policy_version=terms.policy_version,
        supersedes=recommendation.supersedes,
        supersedes_reason=recommendation.supersedes_reason,
    )


def _withdrawn(case: Case, handover: Handover, decided: CaseDecided, url: str) -> HandoverWithdrawn:
    return HandoverWithdrawn(
        **of_case(case),
        handover_id=handover.handover_id,
        team=handover.team,
        child_ids=handover.child_ids,
        reason=HandoverWithdrawalReason.DECIDED_AGAIN,
        withdrawn_by=decided.authorised_by,
        withdrawn_at=decided.decided_at,
        detail_url=url,
    )


def _superseded(case: Case, handover: Handover, decided: CaseDecided, url: str) -> HandoverSuperseded:
    return HandoverSuperseded(
        **of_case(case),
        handover_id=handover.handover_id,
        team=handover.team,
        child_id=decided.child_id,
        decision_id=decided.decision_id,
        superseded_at=decided.decided_at,
        detail_url=url,
    )
