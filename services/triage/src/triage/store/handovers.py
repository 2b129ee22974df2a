"""SQL of handovers."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import insert, select, update

from chassis.db import Transaction
from contracts.codes import HandoverReturnReason, HandoverWithdrawalReason
from contracts.events import HandoverAccepted, HandoverOffered, HandoverReturned, HandoverWithdrawn
from triage import tables
from triage.model import Handover
from triage.store.loading import Part, Record


async def find_case_of_handover(tx: Transaction, handover_id: UUID) -> UUID | None:
    """The case whose children are handed over."""
    handover = tables.handover.c
    found: UUID | None = await tx.scalar(select(handover.case_id).where(handover.handover_id == handover_id))
    return found


async def record_offered(
    tx: Transaction, offered: HandoverOffered, *, summary: str, decision_ids: Sequence[UUID], role: str
) -> None:
    """Children offered to a team by the decisions that stand for them; the summary stays here.

    ``role`` is kept, because the pack may not name the team any more when it accepts or returns.
    """
    values = {
        "handover_id": offered.handover_id,
        "case_id": offered.case_id,
        "team": offered.team,
        "child_ids": list(offered.child_ids),
        "summary": summary,
        "offered_by": offered.offered_by,
        "offered_at": offered.offered_at,
        "accept_due_at": offered.accept_due_at,
        "policy_version": offered.policy_version,
        "decision_ids": list(decision_ids),
        "role": role,
    }
    await tx.execute(insert(tables.handover).values(values))


async def record_accepted(tx: Transaction, accepted: HandoverAccepted) -> None:
    """The team has accepted the children."""
    await _change(tx, accepted.handover_id, accepted_by=accepted.accepted_by, accepted_at=accepted.accepted_at)


async def record_returned(tx: Transaction, returned: HandoverReturned, *, note: str) -> None:
    """The team does not accept; what it says about it stays here."""
    await _change(
        tx,
        returned.handover_id,
        returned_by=returned.returned_by,
        returned_at=returned.returned_at,
        return_reason=returned.reason.value,
        return_note=note,
    )


async def record_withdrawn(tx: Transaction, withdrawn: HandoverWithdrawn) -> None:
    """The offer no longer stands."""
    await _change(
        tx,
        withdrawn.handover_id,
        withdrawn_by=withdrawn.withdrawn_by,
        withdrawn_at=withdrawn.withdrawn_at,
        withdrawal_reason=withdrawn.reason.value,
    )


async def _change(tx: Transaction, handover_id: UUID, **changes: object) -> None:
    handover = tables.handover
    await tx.execute(update(handover).where(handover.c.handover_id == handover_id).values(changes))


def _handover(row: Record) -> Handover:
    return Handover(
        handover_id=row.handover_id,
        case_id=row.case_id,
        team=row.team,
        child_ids=tuple(row.child_ids),
        offered_by=row.offered_by,
        offered_at=row.offered_at,
        accept_due_at=row.accept_due_at,
        summary=row.summary,
        decision_ids=tuple(row.decision_ids),
        role=row.role,
        accepted_by=row.accepted_by,
        accepted_at=row.accepted_at,
        returned_by=row.returned_by,
        returned_at=row.returned_at,
        return_reason=HandoverReturnReason(row.return_reason) if row.return_reason else None,
        return_note=row.return_note,
        withdrawn_by=row.withdrawn_by,
        withdrawn_at=row.withdrawn_at,
        withdrawal_reason=HandoverWithdrawalReason(row.withdrawal_reason) if row.withdrawal_reason else None,
    )


HANDOVERS: Final = Part(tables.handover, ("offered_at", "handover_id"), _handover)
"""The handovers of a case, oldest first."""
