"""Handovers: triage offers a case to a team, which accepts its children or returns them."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from contracts.codes import HandoverReturnReason, HandoverWithdrawalReason
from contracts.events.triage import CaseEvent


class HandoverOffered(CaseEvent):
    """A team was offered the case for some of its children; the case clock runs until it accepts."""

    TYPE: ClassVar[str] = "handover.offered.v1"

    handover_id: UUID
    team: str
    child_ids: tuple[UUID, ...]
    offered_by: str
    offered_at: AwareDatetime
    accept_due_at: AwareDatetime
    policy_version: str
    detail_url: str


class HandoverAccepted(CaseEvent):
    """The receiving team took the children on: only now is a handover complete."""

    TYPE: ClassVar[str] = "handover.accepted.v1"

    handover_id: UUID
    team: str
    accepted_by: str
    accepted_at: AwareDatetime


class HandoverReturned(CaseEvent):
    """The team does not accept: the children are triage's to offer again, or to decide again, by ``due_at``.

    The team's words stay with triage, where staff read them at ``detail_url``.
    """

    TYPE: ClassVar[str] = "handover.returned.v1"

    handover_id: UUID
    team: str
    child_ids: tuple[UUID, ...]
    reason: HandoverReturnReason
    returned_by: str
    returned_at: AwareDatetime
    due_at: AwareDatetime
    policy_version: str
    detail_url: str


class HandoverWithdrawn(CaseEvent):
    """An offer that was not accepted no longer stands: there is nothing left for the team to do."""

    TYPE: ClassVar[str] = "handover.withdrawn.v1"

    handover_id: UUID
    team: str
    child_ids: tuple[UUID, ...]
    reason: HandoverWithdrawalReason
    withdrawn_by: str
    withdrawn_at: AwareDatetime
    detail_url: str


class HandoverSuperseded(CaseEvent):
    """A team accepted a child for whom there is a later decision since: the team must know of it.

    The handover stays accepted. When the later decision (``decision_id``) is for a team, a new handover follows.
    """

    TYPE: ClassVar[str] = "handover.superseded.v1"

    handover_id: UUID
    team: str
    child_id: UUID
    decision_id: UUID
    superseded_at: AwareDatetime
    detail_url: str
