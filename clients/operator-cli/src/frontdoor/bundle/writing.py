"""Gathers a support file: each part by itself, so that what is away leaves only its own part out."""

import json
import os
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile

from chassis.clock import Clock, SystemClock
from chassis.http_client import HttpClient, NoAnswer
from frontdoor import consumer, flow, lag, parked
from frontdoor.answer import Answer
from frontdoor.bundle import allowed, logs
from frontdoor.client import SERVICES, Caller
from frontdoor.doctor.doctor import doctor
from frontdoor.doctor.surroundings import Surroundings
from frontdoor.endpoints import NOTIFY
from frontdoor.errors import CalledWrongly, CommandFailed
from frontdoor.parked import Listed

_PARKED: Final = (
    "service", "id", "topic", "partition", "kafka_offset", "aggregate", "version", "state", "error_class", "place",
    "attempts", "parked_at", "next_try_at", "asked",
)  # fmt: skip
_ENDPOINT: Final = (
    "partnership", "agency", "role", "channel", "signing", "disabled_at", "disabled_reason", "failures", "held_until",
    "waiting", "waiting_since",
)  # fmt: skip
_ABOUT: Final = ("service", "version", "contracts", "python", "time")
_LAG: Final = ("service", "to_send", "to_read", "parked", "reading")
_CONSUMER: Final = ("service", "halted", "halted_at", "wrong")
_STAGE: Final = ("service", "name", "waiting", "since", "passed")
_README: Final = """Frontdoor support file, written {at}.

It holds no referral's content, no name, no address of a person, no reason that anybody wrote, and no secret. What is
not on a list of what may be shown is left out and says so. Look through it before you send it; it is plain text.

Parts: {parts}
Could not be read: {missing}
"""

Part = Callable[[], Awaitable[Any]]


async def write(
    caller: Caller, output: Path | None, *, lines: int, around: Surroundings | None = None, clock: Clock | None = None
) -> Answer:
    """Write the file. Raises ``CalledWrongly`` when it is there already or cannot be written."""
    now = (clock or SystemClock()).now()
    file = output or Path(f"frontdoor-bundle-{now:%Y%m%dT%H%M%SZ}.zip")
    around = around or _surroundings()
    parts, missing = await _gathered(_sources(caller, around), around, lines=lines)
    parts["README.txt"] = _README.format(at=now.isoformat(), parts=", ".join(sorted(parts)), missing=_listed(missing))
    _zip(file, parts)
    said = f"Wrote {file}: {len(parts)} parts. Look through it before you send it."
    left = (f"Could not be read: {_listed(missing)}",) if missing else ()
    return Answer({"file": str(file), "parts": sorted(parts), "missing": sorted(missing)}, (said, *left))


def _surroundings() -> Surroundings | None:
    try:
        return Surroundings.read()
    except CalledWrongly:
        return None  # doctor says so, in its part


def _sources(caller: Caller, around: Surroundings | None) -> Mapping[str, Part]:
    """Each part that is read over HTTP, as it may be shown."""

    async def picked(answer: Awaitable[Answer], names: tuple[str, ...]) -> list[dict[str, object]]:
        return [allowed.picked(each, names) for each in (await answer).data]

    async def endpoints() -> list[dict[str, object]]:
        found = await caller.get(NOTIFY, "/v1/endpoint-health")
        return [allowed.picked(each, _ENDPOINT) for each in found["endpoints"]]

    async def releases() -> list[dict[str, object]]:
        return [allowed.picked(await caller.get(service, "/operator/about"), _ABOUT) for service in SERVICES]

    async def settings_of(service: str) -> dict[str, str]:
        return allowed.settings_of_a_service((await caller.get(service, "/operator/settings"))["settings"])

    async def examined() -> Any:
        return (await doctor(around)).data

    return {
        "doctor.json": examined,
        "releases.json": releases,
        "lag.json": lambda: picked(lag.lag(caller), _LAG),
        "flow.json": lambda: picked(flow.flow(caller), _STAGE),
        "parked.json": lambda: picked(parked.list_all(caller, Listed()), _PARKED),
        "reading.json": lambda: picked(consumer.status(caller), _CONSUMER),
        "endpoints.json": endpoints,
        **{f"settings/{service}.json": partial(settings_of, service) for service in SERVICES},
    }


async def _gathered(
    sources: Mapping[str, Part], around: Surroundings | None, *, lines: int
) -> tuple[dict[str, str], list[str]]:
    parts = {"settings/command.json": _json(allowed.settings(os.environ))}
    missing: list[str] = []
    for name, source in sources.items():
        try:
            parts[name] = _json(await source())
        except CommandFailed as failure:
            missing.append(f"{name} ({type(failure).__name__})")
    if around is not None:
        parts |= await _metrics(around, missing) | _logs(around, missing, lines=lines)
    return parts, missing


async def _metrics(around: Surroundings, missing: list[str]) -> dict[str, str]:
    urls = {f"{name}-api": url for name, url in around.settings.service_urls.items()}
    urls |= {f"{name}-worker": url for name, url in around.worker_urls.items()}
    found: dict[str, str] = {}
    http = HttpClient.connect()
    for name, url in urls.items():
        try:
            found[f"metrics/{name}.txt"] = allowed.metrics((await http.request("GET", f"{url}/metrics")).text)
        except NoAnswer:
            missing.append(f"metrics of {name}")
    await http.close()
    return found


def _logs(around: Surroundings, missing: list[str], *, lines: int) -> dict[str, str]:
    """Only of processes of ours: parts such as the database write what they please."""
    found: dict[str, str] = {}
    files = sorted(around.logs.glob("*.log")) if around.logs is not None else []
    for file in files:
        try:
            shown, left_out = logs.filtered(logs.last_lines(file, lines))
        except OSError:
            missing.append(f"log {file.stem}")
            continue
        if shown:
            found[f"logs/{file.name}"] = "\n".join([*shown, f"({left_out} lines left out)", ""])
    return found


def _zip(file: Path, parts: Mapping[str, str]) -> None:
    """Readable by its writer alone, and never over another file."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise CalledWrongly(f"--output: {file} cannot be written, or is there already; choose another name") from error
    with os.fdopen(descriptor, "wb") as out, ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, text in sorted(parts.items()):
            archive.writestr(name, text)


def _json(found: Any) -> str:
    return json.dumps(found, indent=2) + "\n"


def _listed(names: list[str]) -> str:
    return ", ".join(names) if names else "nothing"
