"""Opening, rating and closing a case."""

from datetime import datetime
from uuid import UUID

from contracts.codes import ClosureReason
from contracts.events import CaseClosed, CaseOpened, CaseRated, ReferralReceived
from contracts.problems import FieldError
from triage.decide.shape import must_be_open, must_be_seen, of_case, says
from triage.errors import (
    ChildrenUndecided,
    HandoverOutstanding,
    NotOneCase,
    RationaleMissing,
    RecommendationOpen,
    SameRating,
    StaleVersion,
)
from triage.model import Acting, Case, HandoverState, OpeningTerms, Rate, Timing


def open_case(
    received: ReferralReceived, known: UUID | None, *, terms: OpeningTerms, case_id: UUID, now: datetime
) -> CaseOpened | None:
    """One case per referral, due when the pack says; a repeat decides nothing.

    Raises ``NotOneCase`` for a receipt without children or with one twice.
    """
    if known is not None:
        return None
    child_ids = tuple(child.child_id for child in received.children)
    if not child_ids or len(set(child_ids)) != len(child_ids):
        raise NotOneCase
    return CaseOpened(
        case_id=case_id,
        referral_id=received.referral_id,
        reference=received.reference,
        agency=received.agency,
        child_ids=child_ids,
        opened_at=now,
        suggested_rating=terms.suggested_rating,
        suggestion_reasons=terms.suggestion_reasons,
        decision_due_at=terms.decision.due_at,
        policy_version=terms.policy_version,
    )


def check_version(case: Case, seen_version: int) -> None:
    """Raises ``StaleVersion`` unless the writer has seen everything but alarms: a clock that sounds changes no facts.

    Interleaving prevented: two people read version 4, the first decides, the second decides without knowing it.
    """
    if not case.changed_version <= seen_version <= case.version:
        raise StaleVersion


def rate(case: Case, command: Rate, *, by: Acting, timing: Timing) -> CaseRated:
    """Set the urgency. ``timing`` is the decision clock for the new rating, counted from the same start as before.

    Raises ``RationaleMissing`` when an earlier rating changes without a reason.
    """
    must_be_open(case)
    if command.rating is case.rating:
        raise SameRating
    if case.rating is not None and not says(command.rationale):
        raise RationaleMissing(errors=(FieldError("/rationale", "Say what you know now that changes the urgency."),))
    return CaseRated(
        **of_case(case),
        rating=command.rating,
        previous_rating=case.rating,
        rated_by=by.actor.subject,
        rated_at=by.now,
        decision_due_at=decision_due_at(case, timing, now=by.now),
        policy_version=timing.policy_version,
    )


def decision_due_at(case: Case, timing: Timing, *, now: datetime) -> datetime:
    """When the decision is due under a new rating. What is late stays late: no rating may hide a breach."""
    return min(timing.due_at, case.decision_due_at) if case.decision_due_at <= now else timing.due_at


def close_case(case: Case, *, by: Acting) -> CaseClosed:
    """A person closes a case in which every child is decided, no team has anything to accept, and all news was seen."""
    must_be_open(case)
    if case.undecided:
        raise ChildrenUndecided
    if case.deciding_again:
        raise RecommendationOpen
    if case.not_offered or case.not_accepted:
        raise HandoverOutstanding
    must_be_seen(case)
    return CaseClosed(**of_case(case), reason=_reason(case), closed_at=by.now, closed_by=by.actor.subject)


def close_by_itself(case: Case, *, now: datetime) -> CaseClosed | None:
    """The closing of a case that a team has accepted and in which nothing is left to do; None while something is.

    Not while the decision clock runs: news has come that no decision and no person has dealt with, and a team
    accepts without having seen the case.
    """
    if case.closed_at or case.undecided or case.deciding_again or case.not_offered or case.not_accepted:
        return None
    if case.unseen or case.decision_clock is not None or not _was_handed_over(case):
        return None
    return CaseClosed(**of_case(case), reason=ClosureReason.HANDED_OVER, closed_at=now)


def _reason(case: Case) -> ClosureReason:
    return ClosureReason.HANDED_OVER if _was_handed_over(case) else ClosureReason.DECIDED


def _was_handed_over(case: Case) -> bool:
    """Whether a team has a child by the decision that stands for it."""
    current = {decision.decision_id for decision in case.current_decisions}
    return any(
        handover.state is HandoverState.ACCEPTED and not current.isdisjoint(handover.decision_ids)
        for handover in case.handovers
    )
