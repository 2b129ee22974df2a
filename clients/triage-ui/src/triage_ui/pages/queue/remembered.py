"""What each person chose to see of the queue, kept in codes, so that it is chosen again next time."""

from datetime import datetime
from typing import Final

from sqlalchemy import Column, DateTime, Table, Text, delete, select
from sqlalchemy.dialects.postgresql import insert

from chassis.db import Transaction
from triage_ui.session.tables import metadata

queue_filter: Final = Table(
    "queue_filter",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("query", Text, nullable=False),
    Column("chosen_at", DateTime(timezone=True), nullable=False),
    comment="What somebody chose to see of the queue, in codes, so that it is chosen again next time.",
)


async def remember(tx: Transaction, subject: str, query: str, *, now: datetime) -> None:
    """Keep the last choice."""
    chosen = {"query": query, "chosen_at": now}
    statement = insert(queue_filter).values(subject=subject, **chosen)
    await tx.execute(statement.on_conflict_do_update(index_elements=[queue_filter.c.subject], set_=chosen))


async def forget(tx: Transaction, subject: str) -> None:
    """Everything is to be seen again."""
    await tx.execute(delete(queue_filter).where(queue_filter.c.subject == subject))


async def recall(tx: Transaction, subject: str) -> str:
    """The last choice; empty when there is none."""
    found = await tx.execute(select(queue_filter.c.query).where(queue_filter.c.subject == subject))
    return str(found.scalar_one_or_none() or "")
