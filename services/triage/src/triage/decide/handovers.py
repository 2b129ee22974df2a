"""Offering children to a team, its acceptance or return, and taking an offer back."""

from uuid import UUID

from contracts.codes import CaseNews, HandoverWithdrawalReason
from contracts.events import HandoverAccepted, HandoverOffered, HandoverReturned, HandoverWithdrawn
from triage.decide.shape import must_be_children, must_be_open, must_be_seen, of_case
from triage.errors import (
    AlreadyAccepted,
    AlreadyOffered,
    AlreadyReturned,
    NoSuchHandover,
    NotForThisTeam,
    OfferWithdrawn,
)
from triage.model import (
    Acting,
    Addresses,
    Case,
    Decision,
    Detail,
    Handover,
    HandoverState,
    News,
    Offer,
    OfferTerms,
    Return,
    Timing,
)


def offer_handover(case: Case, command: Offer, *, by: Acting, terms: OfferTerms, detail: Detail) -> HandoverOffered:
    """Offer children to the team that receives their outcomes. The case stays with triage until the team accepts.

    Once that team has returned a child, or the pack names it no more, the child may go to another team: by somebody
    who may authorise the outcome, because where a child goes is part of what two people decided. Nobody offers a
    child again without having read why it came back: raises ``NewsUnseen``.
    """
    must_be_open(case)
    must_be_children(case, command.child_ids)
    decisions = [case.find_decision(child_id) for child_id in command.child_ids]
    if not decisions or not all(_is_for(case, one, command.team, by=by, terms=terms) for one in decisions):
        raise NotForThisTeam
    if not case.not_offered.issuperset(command.child_ids):
        raise AlreadyOffered
    must_be_seen(case)
    return HandoverOffered(
        **of_case(case),
        handover_id=detail.id,
        team=command.team,
        child_ids=command.child_ids,
        offered_by=by.actor.subject,
        offered_at=by.now,
        accept_due_at=terms.timing.due_at,
        policy_version=terms.timing.policy_version,
        detail_url=detail.url,
    )


def accept_handover(case: Case, handover_id: UUID, *, by: Acting) -> HandoverAccepted:
    """The team accepts the children. Whether the actor belongs to the team is decided before.

    Raises ``AlreadyAccepted``, ``AlreadyReturned`` or ``OfferWithdrawn``.
    """
    handover = _get_offered(case, handover_id)
    return HandoverAccepted(
        **of_case(case),
        handover_id=handover_id,
        team=handover.team,
        accepted_by=by.actor.subject,
        accepted_at=by.now,
    )


def return_handover(
    case: Case, command: Return, *, by: Acting, timing: Timing, addresses: Addresses
) -> HandoverReturned:
    """The team does not accept: the children are triage's again, by ``timing`` or an offer clock that runs already.

    What is accepted is not returned: from then on the team holds the children, and a child that
    somebody holds is handed on only to somebody who accepts it. Raises as ``accept_handover`` does.
    """
    handover = _get_offered(case, command.handover_id)
    return HandoverReturned(
        **of_case(case),
        handover_id=handover.handover_id,
        team=handover.team,
        child_ids=handover.child_ids,
        reason=command.reason,
        returned_by=by.actor.subject,
        returned_at=by.now,
        due_at=case.offer_clock.due_at if case.offer_clock else timing.due_at,
        policy_version=timing.policy_version,
        detail_url=addresses.handover(handover.handover_id),
    )


def take_back_offer(case: Case, handover_id: UUID, *, by: Acting, addresses: Addresses) -> HandoverWithdrawn:
    """Triage takes back what nobody has accepted, for instance from a team that is no longer there."""
    handover = _get_offered(case, handover_id)
    return HandoverWithdrawn(
        **of_case(case),
        handover_id=handover_id,
        team=handover.team,
        child_ids=handover.child_ids,
        reason=HandoverWithdrawalReason.TAKEN_BACK,
        withdrawn_by=by.actor.subject,
        withdrawn_at=by.now,
        detail_url=addresses.handover(handover_id),
    )


def news_of_return(returned: HandoverReturned) -> News:
    """What is new by it: somebody of triage has to read why."""
    return News(
        CaseNews.HANDOVER_RETURNED,
        returned.returned_at,
        about=returned.child_ids,
        handover_id=returned.handover_id,
    )


def needs_offer_clock(case: Case) -> bool:
    """Whether a decided child waits to be offered, so that somebody is notified when nobody does it."""
    return case.closed_at is None and bool(case.not_offered)


def find_handover(case: Case, handover_id: UUID) -> Handover | None:
    """The case's handover of that number."""
    return next((handover for handover in case.handovers if handover.handover_id == handover_id), None)


def _get_offered(case: Case, handover_id: UUID) -> Handover:
    handover = find_handover(case, handover_id)
    if handover is None:
        raise NoSuchHandover
    match handover.state:
        case HandoverState.ACCEPTED:
            raise AlreadyAccepted
        case HandoverState.RETURNED:
            raise AlreadyReturned
        case HandoverState.WITHDRAWN:
            raise OfferWithdrawn
        case HandoverState.OFFERED:
            return handover


def _is_for(case: Case, decision: Decision | None, team: str, *, by: Acting, terms: OfferTerms) -> bool:
    """Whether a child may be offered to a team by the decision that stands for it."""
    if decision is None or decision.team is None:
        return False
    if decision.team == team:
        return True
    may_redirect = not by.actor.roles.isdisjoint(terms.authorised_by[decision.outcome])
    return may_redirect and (decision.team not in terms.teams or case.was_returned(decision))
