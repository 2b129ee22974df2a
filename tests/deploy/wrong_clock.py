"""Runs one process after the other with a clock ten minutes off: ``python -m tests.deploy.wrong_clock``.

What is seen is kept, from where it hurts: senders, agencies' systems, the log's witness, the case. When the clock is
right again nothing may have been lost or doubled.
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID

import httpx2

from chassis.clock import SystemClock
from frontdoor.demo.waiting import until
from frontdoor.errors import Wrong
from local_stack.checkout import PARTNERSHIPS_FOLDER, ROOT
from local_stack.stack import Stack, running
from tests.chaos.checker import Checker
from tests.chaos.databases import Databases
from tests.conftest import register_endpoints
from tests.deploy.clocks import MINUTES_OFF, missing, wrong_clock
from tests.deploy.scene import Scene
from tests.e2e.conftest import settled, steady
from tests.e2e.doctoring import around, bad
from tests.e2e.people import People
from tests.e2e.steps import post

RESULT: Final = ROOT / "deploy" / "results" / "wrong-clock.json"
WITHIN_SECONDS: Final = 120
_CALL_SECONDS: Final = 15.0
_AHEAD: Final = re.compile(r"^frontdoor_clock_ahead_seconds (\S+)$", re.MULTILINE)
_ATTEMPTS: Final = re.compile(r'^frontdoor_notice_attempts_total\{.*outcome="([^"]+)".*\} (\S+)$', re.MULTILINE)
SEND_NOW: Final = "UPDATE delivery SET next_attempt_at = now() WHERE state = 'pending' AND next_attempt_at > now()"
"""As the runbook has it: the pauses of a clock that was ahead end as late as it was."""
_OPENED: Final = 'SELECT opened_at FROM "case" WHERE referral_id = $1'

Look = Callable[[Scene], Awaitable[Mapping[str, Any]]]


async def senders_look(scene: Scene) -> Mapping[str, Any]:
    """How a referral is answered."""
    answer = await post(scene.school)
    return {"status": answer.status_code, "says": answer.json().get("detail", "")}


async def agencies_look(scene: Scene) -> Mapping[str, Any]:
    """What becomes of the notices of a new referral; agencies believe no signature that is five minutes off."""
    await scene.refer()
    url = f"{scene.stack.services['agency-notify'].worker_url}/metrics"

    async def ask() -> dict[str, int] | None:
        shown = (await scene.people.http.get(url)).text
        return {outcome: int(float(count)) for outcome, count in _ATTEMPTS.findall(shown)} or None

    return {"attempts": await until("attempts", ask, timeout_seconds=WITHIN_SECONDS)}


async def witness_looks(scene: Scene) -> Mapping[str, Any]:
    """How the witness answers for a log that grew."""
    await scene.refer()
    url = f"{scene.stack.services['audit'].url}/v1/witnesses"
    before = (await scene.people.http.get(url)).json()["signed_size"]

    async def ask() -> str | None:
        shown = (await scene.people.http.get(url)).json()
        (witness,) = shown["witnesses"]
        asked = shown["signed_size"] > before and (
            witness["outcome"] != "cosigned" or witness["cosigned_size"] > before
        )
        return str(witness["outcome"]) if asked else None

    return {"witness": await until("the witness to be asked", ask, timeout_seconds=WITHIN_SECONDS)}


async def case_looks(scene: Scene) -> Mapping[str, Any]:
    """By how much the time is wrong at which a new case was opened."""
    receipt = await scene.refer()
    async with scene.database("triage") as database:

        async def ask() -> Any:
            return await database.fetchval(_OPENED, UUID(receipt["referral_id"]))

        opened_at = await until("the case", ask, timeout_seconds=WITHIN_SECONDS)
    return {"case_opened_seconds_ahead": round((opened_at - SystemClock().now()).total_seconds(), -1)}


PROCESSES: Final[Mapping[str, Look]] = {
    "referral-intake-api": senders_look,
    "agency-notify-worker": agencies_look,
    "audit-worker": witness_looks,
    "triage-worker": case_looks,
}


async def rehearse_one(scene: Scene, name: str, *, seconds: int) -> dict[str, Any]:
    """One clock is off for a while. Raises ``Wrong`` when something was lost, or what saw it did not."""
    service, _, role = name.rpartition("-")
    one = scene.stack.services[service]
    url = one.url if role == "api" else one.worker_url
    await steady(scene.stack)
    async with wrong_clock(scene, name, seconds=seconds):
        ahead = await _measured(scene, url)
        seen = await PROCESSES[name](scene)
        findings, _ = await bad(around(scene.stack))
        ready = (await scene.people.http.get(f"{url}/health/ready")).json()
    began = time.monotonic()
    await steady(scene.stack)
    async with scene.database("agency_notify") as database:
        await database.execute(SEND_NOW)
    await _nothing_lost(scene)
    return {
        "clock_ahead_seconds": round(ahead, -1),
        "doctor": [finding.line for finding in findings],
        "failing": ready["failing"],
        "lost_or_doubled": 0,
        "seconds_until_all_was_well": round(time.monotonic() - began, 1),
        **seen,
    }


async def _measured(scene: Scene, url: str) -> float:
    async def ask() -> float | None:
        try:
            found = _AHEAD.search((await scene.people.http.get(f"{url}/metrics")).text)
        except httpx2.HTTPError:
            return None
        return float(found[1]) if found and float(found[1]) else None

    return await until(f"a clock that is off at {url}", ask, timeout_seconds=WITHIN_SECONDS)


async def _nothing_lost(scene: Scene) -> None:
    checker = Checker(Databases(scene.stack.addresses()["database_url"]), scene.stack.services["audit"].url)
    await settled(checker)
    found = [*await checker.delivery(), *await checker.followers(), *checker.verifier()]
    if found:
        raise Wrong("; ".join(found))


async def rehearse(scene: Scene) -> dict[str, Any]:
    """Every process, ahead and behind."""
    found = {}
    for name in PROCESSES:
        found[name] = {
            way: await rehearse_one(scene, name, seconds=seconds)
            for way, seconds in (("ahead", MINUTES_OFF * 60), ("behind", -MINUTES_OFF * 60))
        }
        print(name, json.dumps(found[name], indent=2), flush=True)
    return found


async def _rehearsed(stack: Stack) -> dict[str, Any]:
    await register_endpoints(stack)
    async with httpx2.AsyncClient(timeout=_CALL_SECONDS, trust_env=False) as http:
        return await rehearse(Scene(stack, People(stack, http), PARTNERSHIPS_FOLDER))


def main() -> int:
    """0 when everybody who looks saw each clock, and nothing was lost."""
    if reason := missing():
        print(reason, file=sys.stderr)
        return 2
    with TemporaryDirectory(prefix="frontdoor-") as name, running(Path(name) / "stack") as stack:
        try:
            found = asyncio.run(_rehearsed(stack))
        except (Wrong, AssertionError) as error:
            print(error, file=sys.stderr)
            return 1
    good = all(seen_by_the_doctor(one) for ways in found.values() for one in ways.values())
    if good:
        RESULT.write_text(json.dumps(found, indent=2, sort_keys=True) + "\n")
    return 0 if good else 1


def seen_by_the_doctor(one: Mapping[str, Any]) -> bool:
    """That clock and no other; the network between them is no clock."""
    return sum("clock of" in line for line in one["doctor"]) == 1


if __name__ == "__main__":
    sys.exit(main())
