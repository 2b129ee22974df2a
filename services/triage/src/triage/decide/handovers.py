"""Offering children to a team, and its acceptance."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from contracts.events import Event, HandoverAccepted, HandoverOffered
from triage.decide.shape import closed_by_itself, must_be_children, must_be_open, of_case
from triage.errors import AlreadyAccepted, AlreadyOffered, NoSuchHandover, NotForThisTeam
from triage.model import Acting, Case, Detail, Handover, Offer, Timing


def offer_handover(case: Case, command: Offer, *, by: Acting, timing: Timing, detail: Detail) -> HandoverOffered:
    """Offer children to the team that receives their outcomes. The case stays with triage until the team accepts."""
    must_be_open(case)
    must_be_children(case, command.child_ids)
    received = {decision.child_id for decision in case.decisions if decision.team == command.team}
    if not command.child_ids or not received.issuperset(command.child_ids):
        raise NotForThisTeam
    if not case.not_offered.issuperset(command.child_ids):
        raise AlreadyOffered
    return HandoverOffered(
        **of_case(case),
        handover_id=detail.id,
        team=command.team,
        child_ids=command.child_ids,
        offered_by=by.actor.subject,
        offered_at=by.now,
        accept_due_at=timing.due_at,
        policy_version=timing.policy_version,
        detail_url=detail.url,
    )


def accept_handover(case: Case, handover_id: UUID, *, by: Acting) -> Sequence[Event]:
    """The team takes the children on. When nothing is left to do, the case closes by itself.

    Whether the actor belongs to the team is decided before. Raises ``AlreadyAccepted``.
    """
    handover = find_handover(case, handover_id)
    if handover is None:
        raise NoSuchHandover
    if handover.accepted_at is not None:
        raise AlreadyAccepted
    accepted = HandoverAccepted(
        **of_case(case),
        handover_id=handover_id,
        team=handover.team,
        accepted_by=by.actor.subject,
        accepted_at=by.now,
    )
    return (accepted, *closed_by_itself(_with_acceptance(case, handover, by), by.now))


def find_handover(case: Case, handover_id: UUID) -> Handover | None:
    """The case's handover of that number."""
    return next((handover for handover in case.handovers if handover.handover_id == handover_id), None)


def _with_acceptance(case: Case, handover: Handover, by: Acting) -> Case:
    """The case as it will be when the team has accepted."""
    accepted = replace(handover, accepted_by=by.actor.subject, accepted_at=by.now)
    others = tuple(other for other in case.handovers if other.handover_id != handover.handover_id)
    return replace(case, handovers=(*others, accepted))
