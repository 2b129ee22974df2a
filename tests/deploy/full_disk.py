"""Fills the disk of PostgreSQL and then that of Kafka while referrals arrive: ``python -m tests.deploy.full_disk``.

Each disk is a small file system of its own, so it has to be run by somebody who may mount one. Nothing that was
accepted may be lost, and what is not accepted has to be answered so that its sender sends it again.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID, uuid4

import httpx2

from frontdoor.demo.waiting import until
from frontdoor.errors import Wrong
from local_stack.checkout import ROOT
from local_stack.stack import Stack, running
from tests.chaos.databases import Databases
from tests.conftest import register_endpoints
from tests.e2e.conftest import steady
from tests.e2e.people import Party, People
from tests.e2e.steps import post

RESULT: Final = ROOT / "deploy" / "results" / "full-disk.json"
DISKS: Final = {"postgres": 700, "kafka": 200}
"""Megabytes. A stack that is new needs about half of it."""
ENOUGH: Final = 20
"""So many referrals are answered while a disk is full."""
FULL_SECONDS: Final = 40
WITHIN_SECONDS: Final = 300
_CALL_SECONDS: Final = 15.0
_PAUSE_SECONDS: Final = 0.2
_FIRST_BYTES: Final = 2**20


@dataclass
class Disk:
    """A small file system, and the file that fills it."""

    folder: Path

    def fill(self) -> None:
        """Leave not one byte."""
        with (self.folder / "filling").open("ab", buffering=0) as file:
            step = _FIRST_BYTES
            while step:
                try:
                    file.write(bytes(step))
                except OSError:
                    step //= 2

    def give_room(self) -> None:
        """Take the filling away."""
        (self.folder / "filling").unlink()


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """Mounted until the block is left."""
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", folder], check=True)
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@dataclass
class Sender:
    """Sends one referral after the other, each under one key until it is accepted, and keeps every answer."""

    party: Party
    accepted: list[UUID] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    said: dict[int, Any] = field(default_factory=dict)

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """Until the block is left."""
        task = asyncio.create_task(self._send())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _send(self) -> None:
        key = str(uuid4())
        while True:
            try:
                answer = await post(self.party, key=key)
            except httpx2.HTTPError:
                self.answers[0] += 1
            else:
                self._note(answer)
                key = str(uuid4()) if answer.status_code == httpx2.codes.ACCEPTED else key
            await asyncio.sleep(_PAUSE_SECONDS)

    def _note(self, answer: httpx2.Response) -> None:
        self.answers[answer.status_code] += 1
        if answer.status_code == httpx2.codes.ACCEPTED:
            self.accepted.append(UUID(answer.json()["referral_id"]))
        else:
            self.said[answer.status_code] = {
                "title": answer.json().get("title"), "retry_after": answer.headers.get("Retry-After")
            }  # fmt: skip


async def rehearse_one(stack: Stack, disk: Disk, name: str, http: httpx2.AsyncClient) -> dict[str, Any]:
    """One disk is full for a while. What was seen; raises ``Wrong`` when something was lost or did not come back."""
    await steady(stack)
    sender = Sender(People(stack, http).client("wandsworth-school"))
    async with sender.sending():
        await _more(sender, 1)
        before = Counter(sender.answers)
        disk.fill()
        await asyncio.sleep(FULL_SECONDS)
        await _answered(sender, before.total() + ENOUGH)
        while_full = sender.answers - before
        ready = await _ready(stack, http)
        disk.give_room()
        began = time.monotonic()
        await _more(sender, len(sender.accepted) + 1)
        accepting = time.monotonic() - began
    await steady(stack)
    await until(
        f"every referral a case after {name}", lambda: _nothing_lost(stack, sender), timeout_seconds=WITHIN_SECONDS
    )
    return {
        "answers_while_full": {str(status): number for status, number in sorted(while_full.items())},
        "answers_altogether": {str(status): number for status, number in sorted(sender.answers.items())},
        "said": {str(status): said for status, said in sender.said.items()},
        "not_ready_while_full": ready,
        "accepted_and_lost": 0,
        "seconds_until_accepting_again": round(accepting, 1),
        "seconds_until_all_were_cases": round(time.monotonic() - began, 1),
        "restarts": {each: count for each, count in stack.kept_parts.restarts().items() if count},
    }


async def _more(sender: Sender, number: int) -> None:
    async def ask() -> bool | None:
        return len(sender.accepted) >= number or None

    await until(f"{number} referrals accepted", ask, timeout_seconds=WITHIN_SECONDS)


async def _answered(sender: Sender, number: int) -> None:
    async def ask() -> bool | None:
        return sender.answers.total() >= number or None

    await until(f"{number} answers", ask, timeout_seconds=WITHIN_SECONDS)


async def _nothing_lost(stack: Stack, sender: Sender) -> bool | None:
    databases = Databases(stack.addresses()["database_url"])
    kept = await databases.set_of(
        "referral_intake", "SELECT referral_id FROM referral JOIN document USING (referral_id)"
    )
    cases = await databases.set_of("triage", 'SELECT referral_id FROM "case"')
    return (set(sender.accepted) <= kept and kept == cases) or None


async def _ready(stack: Stack, http: httpx2.AsyncClient) -> dict[str, list[str]]:
    """What each process says of itself; one that does not answer says ``away``."""
    found = {}
    for name, service in stack.services.items():
        for role, url in (("api", service.url), ("worker", service.worker_url)):
            try:
                found[f"{name}-{role}"] = (await http.get(f"{url}/health/ready")).json()["failing"]
            except (httpx2.HTTPError, ValueError, KeyError):
                found[f"{name}-{role}"] = ["away"]
    return {name: failing for name, failing in found.items() if failing}


async def rehearse(stack: Stack, disks: dict[str, Disk]) -> dict[str, Any]:
    """One disk after the other."""
    await register_endpoints(stack)
    async with httpx2.AsyncClient(timeout=_CALL_SECONDS, trust_env=False) as http:
        return {name: await rehearse_one(stack, disk, name, http) for name, disk in disks.items()}


def main() -> int:
    """0 when nothing was lost, and every answer was 202 or one after which senders send again."""
    if os.geteuid() != 0:
        print("Mounting a small disk needs root: run this as root, in a machine of its own", file=sys.stderr)
        return 2
    with TemporaryDirectory(prefix="frontdoor-") as name:
        folder = Path(name) / "stack"
        with (
            small_disk(folder / "postgres", DISKS["postgres"]) as postgres,
            small_disk(folder / "kafka", DISKS["kafka"]) as kafka,
            running(folder, keep_parts=True) as stack,
        ):
            try:
                found = asyncio.run(rehearse(stack, {"postgres": postgres, "kafka": kafka}))
            except (Wrong, AssertionError) as error:
                print(error, file=sys.stderr)
                return 1
    text = json.dumps(found, indent=2, sort_keys=True)
    print(text)
    good = all(set(one["answers_altogether"]) <= {"0", "202", "503"} for one in found.values())
    if good:
        RESULT.write_text(text + "\n")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
