"""Opening, rating and closing a case."""

from datetime import datetime
from uuid import UUID

from contracts.codes import ClosureReason
from contracts.events import CaseClosed, CaseOpened, CaseRated, ReferralReceived
from contracts.problems import FieldError
from triage.decide.shape import must_be_open, of_case, says
from triage.errors import ChildrenUndecided, HandoverOutstanding, NotOneCase, RationaleMissing, SameRating, StaleVersion
from triage.model import Acting, Case, OpeningTerms, Rate, Timing


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
    """A person closes a case in which every child is decided and no team has anything left to accept."""
    must_be_open(case)
    if case.undecided:
        raise ChildrenUndecided
    if case.not_offered or case.not_accepted:
        raise HandoverOutstanding
    reason = ClosureReason.HANDED_OVER if case.handovers else ClosureReason.DECIDED
    return CaseClosed(**of_case(case), reason=reason, closed_at=by.now, closed_by=by.actor.subject)
