"""How much passes through a service and waits in it, for operators: counts and times, and no content."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from pydantic import BaseModel, Field
from sqlalchemy import text

from chassis.db import Transaction
from chassis.web.operator import Operated, Operator
from chassis.web.service_router import ServiceRouter
from contracts.topics import TOPICS, topic_of

WINDOW: Final = timedelta(hours=24)
"""What passed is counted over this time before now."""

_TALLY: Final = text("SELECT what, name, CAST(sum(events) AS bigint) AS events FROM tally GROUP BY what, name")


class Stage(BaseModel):
    """One stage that work passes in this service."""

    name: str
    waiting: int = Field(description="How many are in it now.")
    since: datetime | None = Field(description="When the oldest of them came in.")
    passed: int = Field(description="How many passed it within the last 24 hours.")


class Flow(BaseModel):
    """The stages of this service, in the order in which work passes them."""

    stages: tuple[Stage, ...]


class Totals(BaseModel):
    """Events by topic: those that this service recorded, and those of other services that are in effect here.

    A reader is behind by what the owners of a topic recorded less what it applied.
    """

    recorded: dict[str, int]
    applied: dict[str, int]


CountFlow = Callable[[Transaction, datetime], Awaitable[Sequence[Stage]]]
"""Counts the stages of a service at a time."""


async def no_stages(_tx: Transaction, _now: datetime) -> Sequence[Stage]:
    """For services that no work passes through."""
    return ()


def add_flow(routes: ServiceRouter, operated: Callable[[], Operated], *, flow: CountFlow) -> None:
    """The routes of flow and lag."""

    @routes.get("/flow")
    async def show_flow(_: Operator) -> Flow:
        """What is in each stage of this service, since when, and what passed within a day."""
        async with operated().db.transaction() as tx:
            return Flow(stages=tuple(await flow(tx, operated().clock.now())))

    @routes.get("/totals")
    async def show_totals(_: Operator) -> Totals:
        """How many events this service recorded and applied, by topic: what lag is counted from."""
        async with operated().db.transaction() as tx:
            rows = (await tx.execute(_TALLY)).all()
        recorded, applied = (
            {row.name: row.events for row in rows if row.what == what} for what in ("recorded", "applied")
        )
        return Totals(recorded=recorded, applied=_by_topic(applied))


def _by_topic(kinds: dict[str, int]) -> dict[str, int]:
    """Aggregates of a kind that no topic of ours carries are left out: a stranger wrote them."""
    known = {topic.name: 0 for topic in TOPICS}
    for kind, events in kinds.items():
        try:
            known[topic_of(kind).name] += events
        except KeyError:
            continue
    return {name: events for name, events in known.items() if events}
