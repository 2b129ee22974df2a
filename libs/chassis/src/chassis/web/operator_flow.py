"""How much passes through a service and waits in it, for operators: counts and times, and no content."""

from typing import Final

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import text

from chassis.web.operated import Here, Stage
from chassis.web.operator import Operator
from contracts.topics import TOPICS, topic_of

routes: Final = APIRouter()

_TALLY: Final = text("SELECT what, name, CAST(sum(events) AS bigint) AS events FROM tally GROUP BY what, name")


class Flow(BaseModel):
    """The stages of this service, in the order in which work passes them."""

    stages: tuple[Stage, ...]


class Totals(BaseModel):
    """Events by topic: those that this service recorded, and those of other services that are in effect here.

    A reader is behind by what the owners of a topic recorded less what it applied.
    """

    recorded: dict[str, int]
    applied: dict[str, int]


@routes.get("/flow")
async def show_flow(here: Here, _: Operator) -> Flow:
    """What is in each stage of this service, since when, and what passed within a day."""
    async with here.db.transaction() as tx:
        return Flow(stages=tuple(await here.flow(tx, here.clock.now())))


@routes.get("/totals")
async def show_totals(here: Here, _: Operator) -> Totals:
    """How many events this service recorded and applied, by topic: what lag is counted from."""
    async with here.db.transaction() as tx:
        rows = (await tx.execute(_TALLY)).all()
    recorded, applied = ({row.name: row.events for row in rows if row.what == what} for what in ("recorded", "applied"))
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
