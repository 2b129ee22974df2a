"""What becomes of a registered partner: seen, given a new key, suspended and restored."""

import asyncio
import re
from datetime import timedelta
from typing import Any, Final

from contracts.codes import SuspensionReason
from frontdoor.answer import Answer, table
from frontdoor.client import IDENTITY_PROVIDER, Caller
from frontdoor.endpoints import of_agency
from frontdoor.errors import CalledWrongly
from frontdoor.partner import keycloak
from frontdoor.partner.adding import INTAKE, NOTIFY, PARTNERS
from frontdoor.partner.steps import ISSUER, REGISTRY, Steps

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_OVERLAP: Final = re.compile(r"(\d{1,4})([smhd])")
_COLUMNS: Final = ("client", "partnership", "agency", "source", "scopes", "standing", "keys", "limited lately")
_LIMITED: Final = ("client", "agency", "scope", "times", "last at")


async def list_all(caller: Caller) -> Answer:
    """Every registered partner, and every client that was limited within a day, registered or not."""
    registered, lately = await asyncio.gather(caller.get(INTAKE, PARTNERS), caller.get(INTAKE, f"{PARTNERS}/limits"))
    partners, limited = registered["partners"], lately["limited"]
    often = {each["client_id"] for each in limited}
    shown: list[Any] = ["No partners are registered."]
    if partners:
        shown = [table("Partners", _COLUMNS, [_row(partner, often) for partner in partners])]
    if limited:
        shown.append(table("Limited within a day", _LIMITED, [_limited_row(each) for each in limited]))
    return Answer(registered | lately, tuple(shown))


async def show(caller: Caller, client_id: str) -> Answer:
    """One partner everywhere: as registered, its client at the identity provider, its agency's endpoints."""
    partner = await caller.get(INTAKE, f"{PARTNERS}/{client_id}")
    found = await keycloak.find(caller, client_id) if caller.knows(IDENTITY_PROVIDER) else None
    everybodys = (await caller.get(NOTIFY, "/v1/endpoints"))["endpoints"]
    endpoints = of_agency(everybodys, partner["partnership"], partner["agency"])
    client = "not there" if found is None else "enabled" if found["enabled"] else "disabled"
    rows = [(name, _as_text(partner[name])) for name in partner if name != "keys"]
    rows += [("client", client), ("endpoints", ", ".join(f"{e['channel']} {e['address']}" for e in endpoints))]
    keys = [(key["kid"], key["alg"], key["until"] or "", "yes" if key["believed"] else "no") for key in partner["keys"]]
    shown: tuple[Any, ...] = (table(f"Partner {client_id}", ("what", "is"), rows),)
    if keys:
        shown += (table("Keys", ("kid", "alg", "until", "believed"), keys),)
    return Answer({**partner, "client": client, "endpoints": endpoints}, shown)


async def rotate(caller: Caller, client_id: str, key: dict[str, Any], *, overlap: timedelta) -> Answer:
    """Let a new key stand beside the old ones until the overlap ends; nobody has to come back for that."""
    steps = Steps(client_id)
    body = {"jwks": {"keys": [key]}, "overlap_seconds": int(overlap.total_seconds())}

    async def register() -> str:
        partner = await caller.post(INTAKE, f"{PARTNERS}/{client_id}/rotation", body)
        *old, new = partner["keys"]
        ends = [each["until"] for each in old if each["believed"]]
        return f"kid {new['kid']} is believed" + (f", the old key until {max(ends)}" if ends else " alone")

    await steps.take(REGISTRY, register)
    await steps.take(ISSUER, lambda: keycloak.forget_keys(caller, client_id))
    return steps.answer(f"Key of {client_id}")


async def suspend(caller: Caller, client_id: str, reason: SuspensionReason) -> Answer:
    """Let a partner's system do nothing: refused by every service within two seconds, and given no further tokens."""
    steps = Steps(client_id)

    async def register() -> str:
        await caller.post(INTAKE, f"{PARTNERS}/{client_id}/suspension", {"reason": reason.value})
        return f"suspended: {reason.label}"

    await steps.take(REGISTRY, register)
    await steps.take(ISSUER, lambda: keycloak.enable(caller, client_id, enabled=False))
    return steps.answer(f"Partner {client_id}")


async def restore(caller: Caller, client_id: str) -> Answer:
    """Let a suspended partner act again."""
    steps = Steps(client_id)

    async def register() -> str:
        await caller.post(INTAKE, f"{PARTNERS}/{client_id}/restoration", {})
        return "restored"

    await steps.take(REGISTRY, register)
    await steps.take(ISSUER, lambda: keycloak.enable(caller, client_id, enabled=True))
    return steps.answer(f"Partner {client_id}")


def read_overlap(text: str) -> timedelta:
    """Such as ``7d``, ``12h`` or ``0``. Raises ``CalledWrongly``."""
    if text == "0":
        return timedelta(0)
    found = _OVERLAP.fullmatch(text)
    if found is None:
        raise CalledWrongly("--overlap: write it as 7d, 12h, 30m, 90s or 0")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _row(partner: dict[str, Any], often: set[str]) -> tuple[object, ...]:
    believed = [key["kid"] for key in partner["keys"] if key["believed"]]
    return (
        partner["client_id"],
        partner["partnership"],
        partner["agency"],
        partner["source"],
        " ".join(partner["scopes"]),
        f"suspended: {partner['suspended_for']}" if partner["suspended_at"] else "good",
        ", ".join(believed) or ("its own" if not partner["keys"] else "none"),
        "yes" if partner["client_id"] in often else "no",
    )


def _limited_row(each: dict[str, Any]) -> tuple[object, ...]:
    return each["client_id"], each["agency"], each["scope"], each["times"], each["last_at"]


def _as_text(value: object) -> str:
    if value is None:
        return ""
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
