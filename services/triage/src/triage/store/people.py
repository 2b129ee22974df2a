"""SQL of triage's staff: who they are to this service, what each last looked at, and who has which case."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, text, update

from chassis.db import Transaction
from contracts.events import CaseAssigned
from triage import tables
from triage.model import Actor, LastLook, Worker

# Prevented: an update that changes nothing still locks the row, so that each page waited for the commit of every other
# page of the same person, and a page that is only read was written to disk.
_NOTE: Final = text(
    """INSERT INTO worker (partnership, subject, team, roles, seen_at)
       SELECT :partnership, :subject, :team, CAST(:roles AS text[]), CAST(:now AS timestamptz)
       WHERE NOT EXISTS (
           SELECT FROM worker WHERE partnership = :partnership AND subject = :subject
              AND team = :team AND roles = CAST(:roles AS text[])
              AND seen_at >= CAST(:now AS timestamptz) - interval '10 minutes'
       )
       ON CONFLICT (partnership, subject) DO UPDATE
           SET team = EXCLUDED.team, roles = EXCLUDED.roles, seen_at = greatest(worker.seen_at, EXCLUDED.seen_at)"""
)
_LOOKED: Final = text(
    """WITH before AS (SELECT looked_at, version FROM last_look WHERE case_id = :case_id AND subject = :subject),
            now AS (INSERT INTO last_look (case_id, subject, looked_at, version)
                    VALUES (:case_id, :subject, :now, :version)
                    ON CONFLICT (case_id, subject) DO UPDATE
                        SET looked_at = EXCLUDED.looked_at, version = EXCLUDED.version)
       SELECT looked_at, version FROM before"""
)


async def note_worker(tx: Transaction, actor: Actor, *, now: datetime) -> None:
    """Remember that one of triage's staff works here, as the issuer vouches now; written again after ten minutes."""
    values = {
        "partnership": actor.partnership,
        "subject": actor.subject,
        "team": actor.agency,
        "roles": sorted(actor.roles),
        "now": now,
    }
    await tx.execute(_NOTE, values)


async def find_worker(tx: Transaction, partnership: str, subject: str) -> Worker | None:
    """One of a partnership's staff."""
    worker = tables.worker.c
    row = (
        await tx.execute(select(tables.worker).where(worker.partnership == partnership, worker.subject == subject))
    ).one_or_none()
    return Worker(row.subject, row.team, frozenset(row.roles), row.seen_at) if row is not None else None


async def is_team(tx: Transaction, partnership: str, team: str) -> bool:
    """Whether any of the partnership's staff is of a team."""
    worker = tables.worker.c
    found = select(worker.subject).where(worker.partnership == partnership, worker.team == team).limit(1)
    return await tx.scalar(found) is not None


async def list_workers(tx: Transaction, partnership: str, *, since: datetime) -> Sequence[tuple[Worker, int]]:
    """A partnership's staff who were here since, by team, each with how many open cases they have."""
    worker, case = tables.worker.c, tables.case.c
    held = (
        select(case.worker, func.count().label("cases"))
        .where(case.partnership == partnership, case.closed_at.is_(None), case.worker.is_not(None))
        .group_by(case.worker)
        .subquery()
    )
    statement = (
        select(tables.worker, func.coalesce(held.c.cases, 0).label("cases"))
        .join_from(tables.worker, held, held.c.worker == worker.subject, isouter=True)
        .where(worker.partnership == partnership, worker.seen_at >= since)
        .order_by(worker.team, worker.subject)
    )
    rows = await tx.execute(statement)
    return [(Worker(row.subject, row.team, frozenset(row.roles), row.seen_at), row.cases) for row in rows]


async def record_looked(tx: Transaction, case_id: UUID, *, by: str, version: int, at: datetime) -> LastLook | None:
    """A person has opened a case and seen it up to a version; when this person last did before, and which version.

    The case is locked: two looks of one person follow each other.
    """
    row = (await tx.execute(_LOOKED, {"case_id": case_id, "subject": by, "version": version, "now": at})).one_or_none()
    return LastLook(row.looked_at, row.version) if row is not None else None


async def record_assigned(tx: Transaction, assigned: CaseAssigned, *, version: int) -> None:
    """Who has the case now."""
    changes = {
        "worker": assigned.worker,
        "team": assigned.team,
        "assigned_by": assigned.assigned_by,
        "assigned_at": assigned.assigned_at,
        "assigned_version": version,
    }
    await tx.execute(update(tables.case).where(tables.case.c.case_id == assigned.case_id).values(changes))
