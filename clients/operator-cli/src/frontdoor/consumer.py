"""A service's reading as a whole: whether it has halted and why, and letting it go on."""

import asyncio
from typing import Any, Final

from frontdoor.answer import Answer, table
from frontdoor.client import SERVICES, Caller
from frontdoor.errors import GOOD, Wrong
from frontdoor.parked import checked

_COLUMNS: Final = ("service", "reading", "halted at", "wrong in a row", "reasons")


async def status(caller: Caller) -> Answer:
    """Whether each service reads. Ends with 1 when one has halted."""
    states = await asyncio.gather(*(caller.get(service, "/operator/consumer") for service in SERVICES))
    data = [{"service": service, **state} for service, state in zip(SERVICES, states, strict=True)]
    halted = [state["service"] for state in data if state["halted"]]
    advice = [f"Mend or accept what is wrong, then: frontdoor consumer resume {each} --reason …" for each in halted]
    shown = table("Reading", _COLUMNS, [_row(state) for state in data])
    return Answer(data, (shown, *advice), exit_code=Wrong.exit_code if halted else GOOD)


async def resume(caller: Caller, service: str, reason: str, *, tolerate: int) -> Answer:
    """Let a service that has halted read on."""
    answer = await caller.post(service, "/operator/consumer/resume", {"reason": checked(reason), "tolerate": tolerate})
    line = f"{service} reads on. `frontdoor consumer status` shows whether it halts again."
    return Answer({"service": service, **answer}, (line,), exit_code=GOOD)


def _row(state: dict[str, Any]) -> tuple[object, ...]:
    reasons = ", ".join(f"{name}: {count}" for name, count in sorted(state["reasons"].items()))
    return (
        state["service"],
        "halted" if state["halted"] else "goes on",
        state["halted_at"] or "",
        state["wrong"] or "",
        reasons,
    )
