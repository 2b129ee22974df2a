"""Messages that could not take effect: seen, released or given up, with a reason."""

import asyncio
from typing import Any, Final

from frontdoor.answer import Answer, table
from frontdoor.client import SERVICES, Caller
from frontdoor.errors import GOOD, CalledWrongly, Wrong

_LEAST_REASON: Final = 5
_COLUMNS: Final = (
    "service",
    "id",
    "error",
    "topic",
    "partition",
    "offset",
    "aggregate",
    "version",
    "tried",
    "parked at",
)


async def list_all(caller: Caller) -> Answer:
    """What waits in every service. Ends with 1 when anything does."""
    found = [parked for each in await asyncio.gather(*(_of(caller, name) for name in SERVICES)) for parked in each]
    if not found:
        return Answer([], ("No messages are parked.",))
    rows = [_row(parked) for parked in found]
    return Answer(found, (table("Parked messages", _COLUMNS, rows),), exit_code=Wrong.exit_code)


async def release(caller: Caller, service: str, parked_id: int, reason: str) -> Answer:
    """Have a message tried again; everything is checked anew."""
    return await _settle(caller, service, f"{parked_id}/release", reason)


async def discard(caller: Caller, service: str, parked_id: int, reason: str) -> Answer:
    """Have a message given up for good."""
    return await _settle(caller, service, f"{parked_id}/discard", reason)


async def _settle(caller: Caller, service: str, what: str, reason: str) -> Answer:
    if len(reason.strip()) < _LEAST_REASON:
        raise CalledWrongly(f"--reason: say in at least {_LEAST_REASON} characters why; it is kept with the message")
    await caller.post(service, f"/operator/parked/{what}", {"reason": reason.strip()})
    parked_id, _, act = what.partition("/")
    line = f"Asked {service} to {act} message {parked_id}. `frontdoor parked list` shows what came of it."
    return Answer({"service": service, "id": int(parked_id), "asked": act}, (line,), exit_code=GOOD)


async def _of(caller: Caller, service: str) -> list[dict[str, Any]]:
    """Every parked message of one service, page by page."""
    found: list[dict[str, Any]] = []
    after = 0
    while page := (await caller.get(service, f"/operator/parked?after={after}"))["parked"]:
        found += ({"service": service, **parked} for parked in page)
        after = page[-1]["id"]
    return found


def _row(parked: dict[str, Any]) -> tuple[object, ...]:
    return (
        parked["service"],
        parked["id"],
        parked["error_class"] + (f" (asked to {parked['asked']})" if parked["asked"] else ""),
        parked["topic"],
        parked["partition"],
        parked["kafka_offset"],
        parked["aggregate"] or "unknown",
        parked["version"] or "",
        parked["attempts"],
        parked["parked_at"],
    )
