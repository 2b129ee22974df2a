"""What passes through the services: in each stage how many there are, since when the oldest, and how many passed."""

import asyncio
from datetime import UTC, datetime
from typing import Any, Final

from chassis.clock import Clock, SystemClock
from frontdoor.answer import Answer, table
from frontdoor.client import SERVICES, Caller
from frontdoor.journey import elapsed

_COLUMNS: Final = ("service", "stage", "waiting", "oldest", "passed in 24 h")


async def flow(caller: Caller, clock: Clock | None = None) -> Answer:
    """One row for each stage, in the order in which a referral passes them."""
    now = (clock or SystemClock()).now()
    found = await asyncio.gather(*(caller.get(service, "/operator/flow") for service in SERVICES))
    data = [
        {"service": service, **stage} for service, each in zip(SERVICES, found, strict=True) for stage in each["stages"]
    ]
    return Answer(data, (table("Flow", _COLUMNS, [_row(stage, now) for stage in data]),))


def _row(stage: dict[str, Any], now: datetime) -> tuple[object, ...]:
    since = stage["since"]
    age = "" if since is None else elapsed(now - datetime.fromisoformat(since).astimezone(UTC)).removeprefix("+")
    return stage["service"], stage["name"], stage["waiting"], age, stage["passed"]
