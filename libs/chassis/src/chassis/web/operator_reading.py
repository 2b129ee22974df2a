"""A service's reading as a whole, for operators: is it halted and why, resuming it, catching up on a type."""

from datetime import datetime
from typing import Final

from fastapi import APIRouter
from pydantic import BaseModel, Field

from chassis import telemetry
from chassis.db import Transaction
from chassis.delivery import halts, republish
from chassis.delivery.events import Context, record
from chassis.web.description import problem_responses
from chassis.web.operated import Here
from chassis.web.operator import EventType, Operator, Reason
from contracts.envelope import NO_PARTNERSHIP
from contracts.events import ConsumerBackfilled, ConsumerResumed, Event

MOST_TOLERATED: Final = 1_000_000

routes: Final = APIRouter()
log = telemetry.logger(__name__)


class ConsumerState(BaseModel):
    """Whether reading is halted, since when, and how many messages in a row were wrong for which reason."""

    halted: bool
    halted_at: datetime | None = None
    wrong: int = 0
    reasons: dict[str, int] = Field(default_factory=dict)


class Resume(Reason):
    """Why reading may go on, and how many more wrong messages in a row than usual are let pass."""

    tolerate: int = Field(default=0, strict=True, ge=0, le=MOST_TOLERATED)


class Backfill(Reason):
    """Which type of events may take effect although it had been followed unread."""

    type: EventType


@routes.get("/consumer")
async def consumer(here: Here, _: Operator) -> ConsumerState:
    """Whether reading is halted, and why."""
    async with here.db.transaction() as tx:
        halt = await halts.find(tx)
    if halt is None:
        return ConsumerState(halted=False)
    return ConsumerState(halted=True, halted_at=halt.halted_at, wrong=halt.wrong, reasons=dict(halt.reasons))


@routes.post("/consumer/resume", status_code=202, responses=problem_responses(409))
async def resume(body: Resume, here: Here, operator: Operator) -> dict[str, str]:
    """Let every instance of this service read on."""
    now = here.clock.now()
    async with here.db.transaction() as tx:
        halt = await halts.resume(tx, reason=body.reason, by=operator.subject, tolerated=body.tolerate, now=now)
        resumed = ConsumerResumed(
            service=here.service,
            halted_at=halt.halted_at,
            wrong=halt.wrong,
            reasons=halt.reasons,
            tolerated=body.tolerate,
            resumed_by=operator.subject,
            resumed_at=now,
        )
        await _record(tx, resumed, here.service, now)
    log.info("reading resumed", count=halt.wrong)
    return {"status": "resumed"}


@routes.post("/backfill", status_code=202)
async def backfill(body: Backfill, here: Here, operator: Operator) -> dict[str, str]:
    """Let events of a type take effect here when they are published again, although they had been followed."""
    now = here.clock.now()
    async with here.db.transaction() as tx:
        await republish.backfill(tx, body.type, reason=body.reason, by=operator.subject, now=now)
        backfilled = ConsumerBackfilled(
            service=here.service, event_type=body.type, requested_by=operator.subject, requested_at=now
        )
        await _record(tx, backfilled, here.service, now)
    log.info("backfill asked")
    return {"status": "asked"}


async def _record(tx: Transaction, event: Event, service: str, now: datetime) -> None:
    """An operator's act is an event like any other; this one belongs to no partnership."""
    await record(tx, [event], context=Context(source=service, partnership=NO_PARTNERSHIP, now=now))
