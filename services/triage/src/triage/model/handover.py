"""Children that a team is to take on."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.codes import HandoverReturnReason, HandoverWithdrawalReason


class HandoverState(StrEnum):
    """How far a handover is. An accepted one stays accepted, whatever is decided later."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Handover:
    """Children offered to a team; complete when the team accepts.

    ``decision_ids`` are the decisions that it hands over: a later decision for a child needs a handover of its own.
    ``role`` is the one that the team's members had by the pack when it was offered; None for one that is older than
    this is kept.
    """

    handover_id: UUID
    case_id: UUID
    team: str
    child_ids: tuple[UUID, ...]
    offered_by: str
    offered_at: datetime
    accept_due_at: datetime
    summary: str = field(repr=False)
    decision_ids: tuple[UUID, ...] = ()
    role: str | None = None
    accepted_by: str | None = None
    accepted_at: datetime | None = None
    returned_by: str | None = None
    returned_at: datetime | None = None
    return_reason: HandoverReturnReason | None = None
    return_note: str | None = field(default=None, repr=False)
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None
    withdrawal_reason: HandoverWithdrawalReason | None = None

    @property
    def state(self) -> HandoverState:
        """How far it is."""
        if self.accepted_at is not None:
            return HandoverState.ACCEPTED
        if self.returned_at is not None:
            return HandoverState.RETURNED
        return HandoverState.OFFERED if self.withdrawn_at is None else HandoverState.WITHDRAWN

    @property
    def stands(self) -> bool:
        """Whether its team has the children, or may still accept them."""
        return self.state in (HandoverState.OFFERED, HandoverState.ACCEPTED)
