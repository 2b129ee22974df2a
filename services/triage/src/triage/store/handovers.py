"""SQL of handovers."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, update

from chassis.db import Transaction
from contracts.events import HandoverAccepted, HandoverOffered
from triage import tables
from triage.model import Handover


async def find_case_of_handover(tx: Transaction, handover_id: UUID) -> UUID | None:
    """The case whose children are handed over."""
    handover = tables.handover.c
    found: UUID | None = await tx.scalar(select(handover.case_id).where(handover.handover_id == handover_id))
    return found


async def load_handovers(tx: Transaction, case_id: UUID) -> tuple[Handover, ...]:
    """The handovers of a case, oldest first."""
    handover = tables.handover.c
    statement = (
        select(tables.handover).where(handover.case_id == case_id).order_by(handover.offered_at, handover.handover_id)
    )
    return tuple(_handover(row) for row in await tx.execute(statement))


async def record_offered(tx: Transaction, offered: HandoverOffered, *, summary: str) -> None:
    """Children offered to a team; the summary stays here."""
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
    }
    await tx.execute(insert(tables.handover).values(values))


async def record_accepted(tx: Transaction, accepted: HandoverAccepted) -> None:
    """The team has taken the children on."""
    handover = tables.handover
    changes = {"accepted_by": accepted.accepted_by, "accepted_at": accepted.accepted_at}
    await tx.execute(update(handover).where(handover.c.handover_id == accepted.handover_id).values(changes))


def _handover(row: Row[Any]) -> Handover:
    return Handover(
        handover_id=row.handover_id,
        case_id=row.case_id,
        team=row.team,
        child_ids=tuple(row.child_ids),
        offered_by=row.offered_by,
        offered_at=row.offered_at,
        accept_due_at=row.accept_due_at,
        summary=row.summary,
        accepted_by=row.accepted_by,
        accepted_at=row.accepted_at,
    )
