"""The database of audit is restored from yesterday's backup: what shows it, and both ways out of it."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import httpx2

from frontdoor.demo.waiting import until
from frontdoor.errors import Wrong
from local_stack.services import LOG_ORIGIN
from local_stack.witness.notes import LOG_SIGNATURE, Key
from local_stack.witness.part import WitnessPart, read_private
from tests.chaos.checker import Checker
from tests.chaos.databases import Databases
from tests.chaos.delivered import Foreign
from tests.deploy.backups import end, restore, save, start
from tests.deploy.scene import Scene
from tests.deploy.verifying import doctors_lines, republished, verified, verified_by_an_auditor
from tests.e2e.conftest import settled, steady

API, WORKER = "audit-api", "audit-worker"
ANOTHER_ORIGIN: Final = "frontdoor.example.org/local/3"
REFERRALS: Final = 3
WITHIN_SECONDS: Final = 120
_REFUSED: Final = ("ahead", "refused")
_FIRST: Final = "SELECT event_id, version FROM entry WHERE leaf_index = 0"


async def rehearse_log(scene: Scene, folder: Path) -> dict[str, Any]:
    """All of it; leaves a log that is well. Raises ``Wrong`` when it is not."""
    yesterday, newest = folder / "yesterday.dump", folder / "newest.dump"
    await _refer(scene)
    await verified_by_an_auditor(scene, folder)  # whose looks are events of audit's own
    await _witnessed(scene)
    await asyncio.to_thread(save, scene.stack, "audit", yesterday)
    await _refer(scene)
    size = await _witnessed(scene)
    await asyncio.to_thread(save, scene.stack, "audit", newest)
    seen = folder / "seen.checkpoint"
    seen.write_text(await _checkpoint_of_the_witness(scene))
    return {
        "entries_that_a_witness_has_seen": size,
        "restored_from_yesterday": await _restored_from_yesterday(scene, yesterday, seen),
        "its_worker_started_all_the_same": await _signed_on(scene),
        "a_later_backup": await _later_backup(scene, newest, seen),
        "another_log": await _another_log(scene, yesterday, folder),
    }


async def _restored_from_yesterday(scene: Scene, yesterday: Path, seen: Path) -> dict[str, Any]:
    """The worker stays ended: what an operator sees before anything is signed."""
    await end(scene.stack, WORKER, API)
    await asyncio.to_thread(restore, scene.stack, "audit", yesterday)
    start(scene.stack, API)
    await _api_answers(scene)
    return {
        "entries": await _signed_size(scene),
        "verify": await verified(scene, "public"),
        "verify_since_what_the_witness_has": await verified(scene, "public", "--since", str(seen)),
        "republish_dry_run": await republished(scene, dry_run=True),
        "doctor": await doctors_lines(scene),
    }


async def _signed_on(scene: Scene) -> dict[str, Any]:
    """Somebody starts the worker, and it signs: its witness does not."""
    began = time.monotonic()
    start(scene.stack, WORKER)

    async def ask() -> str | None:
        outcome = (await _witnesses(scene))["witnesses"][0]["outcome"]
        return str(outcome) if outcome in _REFUSED else None

    outcome = await until("the witness to refuse", ask, timeout_seconds=WITHIN_SECONDS)
    seconds = round(time.monotonic() - began, 1)
    lines = [line for line in await doctors_lines(scene) if "witness" in line]
    await end(scene.stack, WORKER)
    return {"witness": outcome, "seconds_until_it_refused": seconds, "doctor": lines}


async def _later_backup(scene: Scene, newest: Path, seen: Path) -> dict[str, Any]:
    """One that has all that was witnessed: the log goes on, and reads again what came since."""
    await end(scene.stack, API)
    await asyncio.to_thread(restore, scene.stack, "audit", newest)
    start(scene.stack, API)
    await _api_answers(scene)
    found = {"verify_since_what_the_witness_has": await verified(scene, "public", "--since", str(seen))}
    start(scene.stack, WORKER)
    await _witnessed(scene)
    await _nothing_lost(scene)
    return {**found, "lost_or_doubled": 0, "witness": (await _witnesses(scene))["witnesses"][0]["outcome"]}


async def _another_log(scene: Scene, yesterday: Path, folder: Path) -> dict[str, Any]:
    """No later backup: the log is closed as it is, and another goes on."""
    former = folder / "former.vkey"
    former.write_text(await _text(scene, "/key"))
    await end(scene.stack, WORKER, API)
    await asyncio.to_thread(restore, scene.stack, "audit", yesterday)
    key_file = scene.stack.keys.signing_key_file("another-log")
    variables = {"FRONTDOOR_LOG_ORIGIN": ANOTHER_ORIGIN, "FRONTDOOR_SIGNING_KEY_FILE": str(key_file)}
    said = await asyncio.to_thread(_begin_another, scene, variables)
    witness = scene.stack.parts["witness"]
    assert isinstance(witness, WitnessPart)
    witness.know(Key.of(ANOTHER_ORIGIN, LOG_SIGNATURE, read_private(key_file)))
    start(scene.stack, API, WORKER, variables=variables)
    await steady(scene.stack)
    sent = await republished(scene, dry_run=False)
    size = await _witnessed(scene)
    ((first, version),) = await _databases(scene).pairs("audit", _FIRST)
    await _nothing_lost(scene, Foreign(entries=[(first, version)]))
    options = ("--former-key", str(former))
    return {
        "command": said,
        "republish": sent,
        "entries": size,
        "lost_or_doubled": 0,
        "verify": await verified(scene, "public", *options),
        "verify_by_an_auditor": await verified_by_an_auditor(scene, folder, *options),
        "witness": (await _witnesses(scene))["witnesses"][0]["outcome"],
    }


def _begin_another(scene: Scene, variables: Mapping[str, str]) -> str:
    environment = {**scene.stack.supervisor.command(API).environment, **variables}
    environment["FRONTDOOR_DATABASE_OWNER_URL"] = scene.stack.services["audit"].owner_url
    command = [sys.executable, "-m", "audit", "another-log"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Wrong(f"another-log ended with {done.returncode}: {done.stderr}")
    return done.stdout.strip()


async def _refer(scene: Scene) -> None:
    for _ in range(REFERRALS):
        await scene.refer()
    await settled(Checker(_databases(scene)))


async def _witnessed(scene: Scene) -> int:
    """Nothing is on its way, and all of it is cosigned; how many entries that are."""
    await steady(scene.stack)
    await settled(Checker(_databases(scene)))

    async def ask() -> int | None:
        shown = await _witnesses(scene)
        return int(shown["signed_size"]) if shown["witnessed_size"] == shown["signed_size"] else None

    return await until("the log to be witnessed", ask, timeout_seconds=WITHIN_SECONDS)


async def _nothing_lost(scene: Scene, foreign: Foreign | None = None) -> None:
    checker = Checker(_databases(scene), scene.stack.services["audit"].url, foreign=foreign)
    await settled(checker)
    if found := [*await checker.delivery(), *await checker.followers()]:
        raise Wrong("; ".join(found))


async def _api_answers(scene: Scene) -> None:
    async def ask() -> bool | None:
        try:
            return (await scene.people.http.get(f"{scene.stack.services['audit'].url}/health/ready")).is_success or None
        except httpx2.HTTPError:
            return None

    await until("the API of audit", ask, timeout_seconds=WITHIN_SECONDS)


async def _signed_size(scene: Scene) -> int:
    return int((await _text(scene, "/checkpoint")).split("\n")[1])


async def _checkpoint_of_the_witness(scene: Scene) -> str:
    witness = scene.stack.parts["witness"].address
    answer = await scene.people.http.get(f"{witness}/{sha256(LOG_ORIGIN.encode()).hexdigest()}/checkpoint")
    return answer.raise_for_status().text


async def _witnesses(scene: Scene) -> Any:
    url = f"{scene.stack.services['audit'].url}/v1/witnesses"
    return (await scene.people.http.get(url)).raise_for_status().json()


async def _text(scene: Scene, path: str) -> str:
    return (await scene.people.http.get(scene.stack.services["audit"].url + path)).raise_for_status().text


def _databases(scene: Scene) -> Databases:
    return Databases(scene.stack.addresses()["database_url"])
