"""Messages that could not take effect: seen, released or given up, one or many, with a reason."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from frontdoor.answer import Answer, table
from frontdoor.client import SERVICES, Caller
from frontdoor.errors import GOOD, CalledWrongly, Wrong

LEAST_REASON: Final = 5
_COLUMNS: Final = (
    "service",
    "id",
    "state",
    "error",
    "place",
    "aggregate",
    "version",
    "tried",
    "next try",
    "since",
    "asked",
)
_CHOSEN_COLUMNS: Final = ("id", "state", "error", "aggregate", "version", "")


@dataclass(frozen=True)
class Listed:
    """What of the parked messages is listed; None means all."""

    service: str | None = None
    state: str | None = None
    reason: str | None = None
    key: str | None = None

    @property
    def query(self) -> str:
        """The parameters of the services' routes."""
        asked = {"state": self.state, "reason": self.reason, "key": self.key}
        return "".join(f"&{urlencode({name: value})}" for name, value in asked.items() if value is not None)


@dataclass(frozen=True)
class Chosen:
    """Which parked messages of a service an act is about: one by its id, or all of a reason or key."""

    service: str
    parked_id: int | None = None
    all_of_reason: str | None = None
    key: str | None = None
    dry_run: bool = False

    def check(self) -> None:
        """Raises ``CalledWrongly`` unless it says one message, or which ones."""
        many = self.all_of_reason is not None or self.key is not None
        if (self.parked_id is None) != many:
            raise CalledWrongly("Say which: the id of one message, or --all-of-reason, or --key")


async def list_all(caller: Caller, listed: Listed) -> Answer:
    """What waits in every service. Ends with 1 when anything does."""
    services = SERVICES if listed.service is None else (listed.service,)
    found = [parked for each in await asyncio.gather(*(_of(caller, s, listed) for s in services)) for parked in each]
    if not found:
        return Answer([], ("No messages are parked.",))
    rows = [_row(parked) for parked in found]
    return Answer(found, (table("Parked messages", _COLUMNS, rows),), exit_code=Wrong.exit_code)


async def show(caller: Caller, service: str, parked_id: int) -> Answer:
    """One message with all that is known of it but its content."""
    shown: dict[str, Any] = await caller.get(service, f"/operator/parked/{parked_id}")
    headers = shown.get("headers") or {}
    said = {**{name: value for name, value in shown.items() if name != "headers"}, **headers}
    rows = [(name, value) for name, value in said.items() if value is not None]
    return Answer({"service": service, **shown}, (table(f"Message {parked_id} of {service}", ("", ""), rows),))


async def release(caller: Caller, chosen: Chosen, reason: str) -> Answer:
    """Have messages tried again; everything is checked again."""
    return await _act(caller, chosen, "release", _said(reason))


async def discard(caller: Caller, chosen: Chosen, reason: str, *, with_earlier: bool) -> Answer:
    """Have messages given up for good."""
    return await _act(caller, chosen, "discard", {**_said(reason), "with_earlier": with_earlier})


def _said(reason: str) -> dict[str, Any]:
    return {"reason": checked(reason)}


def checked(reason: str) -> str:
    """A reason without the space around it. Raises ``CalledWrongly`` when it says too little."""
    if len(reason.strip()) < LEAST_REASON:
        raise CalledWrongly(f"--reason: say in at least {LEAST_REASON} characters why; it is kept with what you do")
    return reason.strip()


async def _act(caller: Caller, chosen: Chosen, act: str, body: dict[str, Any]) -> Answer:
    chosen.check()
    if chosen.parked_id is not None:
        one = {**body, **({"dry_run": True} if chosen.dry_run else {})}
        answer = await caller.post(chosen.service, f"/operator/parked/{chosen.parked_id}/{act}", one)
    else:
        which = {"all_of_reason": chosen.all_of_reason, "key": chosen.key, "dry_run": chosen.dry_run}
        answer = await caller.post(chosen.service, f"/operator/parked/{act}", {**body, **which})
    data = {"service": chosen.service, "act": act, **answer}
    rows = [_chosen_row(message, act) for message in answer["messages"]]
    shown = (table(_title(chosen, act, answer), _CHOSEN_COLUMNS, rows),) if rows else ()
    return Answer(data, (*shown, _outcome(chosen, act, answer)), exit_code=GOOD)


def _title(chosen: Chosen, act: str, answer: Mapping[str, Any]) -> str:
    left_out = answer["count"] - len(answer["messages"])
    more = f", and {left_out} more" if left_out else ""
    return f"Messages of {chosen.service} to {act}{more}"


def _outcome(chosen: Chosen, act: str, answer: Mapping[str, Any]) -> str:
    if chosen.dry_run:
        return f"Nothing was asked: this only shows what {act} would be about ({answer['count']})."
    if not answer["count"]:
        return "No message matches. `frontdoor parked list` shows what is parked."
    return f"Asked {chosen.service} to {act} {answer['count']}. `frontdoor parked list` shows what came of it."


async def _of(caller: Caller, service: str, listed: Listed) -> list[dict[str, Any]]:
    """Every parked message of one service, page by page."""
    found: list[dict[str, Any]] = []
    after = 0
    while page := (await caller.get(service, f"/operator/parked?after={after}{listed.query}"))["parked"]:
        found += ({"service": service, **parked} for parked in page)
        after = page[-1]["id"]
    return found


def _row(parked: dict[str, Any]) -> tuple[object, ...]:
    return (
        parked["service"],
        parked["id"],
        parked["state"],
        parked["error_class"],
        parked["place"] or "",
        parked["aggregate"] or "unknown",
        parked["version"] or "",
        parked["attempts"],
        _to_seconds(parked["next_try_at"]),
        _to_seconds(parked["parked_at"]),
        parked["asked"] or "",
    )


def _to_seconds(instant: str | None) -> str:
    return "" if instant is None else instant.partition(".")[0].removesuffix("Z")


def _chosen_row(message: dict[str, Any], act: str) -> tuple[object, ...]:
    waits = message["waits_for"] if act == "discard" else None
    notes = ["an earlier version"] if message["earlier"] else []
    notes += [f"version {waits} has not come and is still waited for"] if waits else []
    return (
        message["id"],
        message["state"],
        message["error_class"],
        message["aggregate"] or "unknown",
        message["version"] or "",
        "; ".join(notes),
    )
