"""The log and the local stack's witness, a process of its own, over HTTP: forks, rollbacks, outages, lost memory."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import make_url

from audit import store
from audit.checkpoint import open_checkpoint
from audit.cosignature import parse_witness_key
from audit.quorum import Quorum
from audit.verify.public import Trusted, verify_public
from audit.witnesses import store as witness_store
from audit.witnesses.collect import Collector, Leader
from audit.witnesses.model import Outcome, Policy, Standing
from chassis.clock import SystemClock
from chassis.db import Database
from chassis.http_client import HttpClient
from chassis.run.provision import DatabaseUrls, dsn
from chassis.tasks import Stop
from chassis.testing.hints import Restless
from local_stack.ports import Ports
from local_stack.waiting import until

DatabaseLog = Any  # the log in a database that the fixture makes
NAME = "witness.example.org/process"
START_SECONDS = 120
CALL_SECONDS = 2.0


@dataclass
class WitnessProcess:
    """``python -m local_stack.witness`` with files of its own. Killed, never asked to end: it must bear that."""

    folder: Path
    log_key: str
    port: int
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def key_file(self) -> Path:
        return self.folder / "witness.pem"

    def start(self) -> None:
        serve = ["serve", "--log", self.log_key, "--state", str(self.folder / "state"), "--port", str(self.port)]
        self.running.append(subprocess.Popen(self._command(*serve), stdout=subprocess.DEVNULL))
        until("the witness", self._answers, timeout_seconds=START_SECONDS, still_possible=self._alive)

    def kill(self) -> None:
        for process in self.running:
            process.kill()
            process.wait()
        self.running.clear()

    def send(self, number: signal.Signals) -> None:
        os.kill(self.running[-1].pid, number)

    def key(self) -> str:
        return subprocess.run(self._command("key"), capture_output=True, text=True, check=True).stdout.strip()

    def _command(self, act: str, *options: str) -> list[str]:
        own = ["--name", NAME, "--key", str(self.key_file)]
        return [sys.executable, "-m", "local_stack.witness", act, *own, *options]

    def _alive(self) -> bool:
        return self.running[-1].poll() is None

    def _answers(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/key", trust_env=False).status_code == 200
        except httpx2.HTTPError:
            return False


@pytest.fixture
def process(tmp_path: Path, database_log: DatabaseLog) -> Iterator[WitnessProcess]:
    ports = Ports()
    started = WitnessProcess(tmp_path, str(database_log.signer.verifier_key), ports.take())
    private = Ed25519PrivateKey.generate()
    started.key_file.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    started.start()
    yield started
    started.kill()
    ports.release()


@dataclass
class Asking:
    """A log that asks the witness, step by step."""

    log: DatabaseLog
    policy: Policy
    http: HttpClient

    async def grow(self, count: int) -> None:
        await self.log.append(count)
        await self.log.advance()

    async def ask(self) -> list[Outcome]:
        """As the worker's task does: at once again when the witness was behind, and then no more."""
        collector = Collector(
            self.log.db, self.http, self.policy, SystemClock(), hint=Restless()
        )  # the witness has no other
        outcomes: list[Outcome] = []
        async with self.log.db.engine.connect() as connection:
            leader = Leader(connection, Stop())
            async with leader.transaction() as tx:
                leader.round.checkpoint = await store.find_checkpoint(tx)
            while not outcomes or outcomes == [Outcome.BEHIND]:
                outcome = await collector.ask(leader, next(iter(self.policy.urls)))
                assert outcome is not None
                outcomes.append(outcome)
        return outcomes

    async def standing(self) -> Standing:
        async with self.log.db.transaction() as tx:
            return await witness_store.find_standing(tx, self.policy.lines, self.policy.needed)

    async def published(self) -> bytes:
        async with self.log.db.transaction() as tx:
            return (await witness_store.cosigned(tx, await store.get_checkpoint(tx))).encode()


@pytest.fixture
async def asking(process: WitnessProcess, database_log: DatabaseLog) -> AsyncIterator[Asking]:
    http = HttpClient.connect(timeout_seconds=CALL_SECONDS)
    yield Asking(database_log, Policy({parse_witness_key(process.key()): process.url}, 1), http)
    await http.close()


@pytest.fixture
async def restored(postgres: str, asking: Asking) -> AsyncIterator[Callable[[], Awaitable[Asking]]]:
    """Sets a copy of the database aside; later it is as if an older backup had been put in the database's place."""
    copies: list[Database] = []
    admin = make_url(postgres)

    async def copy() -> Asking:
        await asking.log.db.engine.dispose()  # a database is only copied while nobody uses it
        name = f"{make_url(asking.log.urls.app_url).database}_backup"
        connection = await asyncpg.connect(dsn(admin))
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{make_url(asking.log.urls.app_url).database}"')
        await connection.close()
        before = (asking.log.urls.owner_url, asking.log.urls.app_url)
        urls = DatabaseUrls(*(dsn(make_url(url).set(database=name)) for url in before))
        copies.append(Database.connect(urls.app_url))
        log = type(asking.log)(urls, copies[-1], asking.log.signer, asking.log.clock, iter(range(900_000, 999_999, 3)))
        return Asking(log, asking.policy, asking.http)

    yield copy
    for each in copies:
        await each.close()


async def test_the_witness_cosigns_a_log_that_grows(asking: Asking) -> None:
    for count in (1, 254, 2, 700):
        await asking.grow(count)

        assert await asking.ask() == [Outcome.COSIGNED]
        (found,) = Quorum(tuple(asking.policy.urls), 1).check(await asking.published())
        assert found.key.name == NAME
        assert (await asking.standing()).unwitnessed_since is None


async def test_a_log_that_was_put_back_and_grew_differently_is_refused(
    asking: Asking, process: WitnessProcess, restored: Callable[[], Awaitable[Asking]]
) -> None:
    await asking.grow(10)
    await asking.ask()
    fork = await restored()
    await asking.grow(10)
    assert await asking.ask() == [Outcome.COSIGNED]
    witnessed = await asking.published()

    await fork.grow(2)
    shorter = await fork.ask()
    await fork.grow(13)
    longer = await fork.ask()

    assert shorter == [Outcome.AHEAD]  # the log signs 12, the witness saw 20: history was lost
    assert longer == [Outcome.REFUSED]  # the log signs 25, and its first 20 are not those that the witness saw
    standing = await fork.standing()
    assert (standing.signed_size, standing.witnessed_size) == (25, 10)
    # Each history is good in itself, and signed by the log. Only the witness knows which one it vouched for.
    copies = [await each.log.copy() for each in (asking, fork)]
    assert [verify_public(copy, Trusted(copy.key)).size for copy in copies] == [20, 25]
    own = httpx2.get(f"{process.url}/{_origin_hash(asking)}/checkpoint", trust_env=False).content
    keys = tuple(asking.policy.urls)
    assert Quorum(keys, 1).check(own) == Quorum(keys, 1).check(witnessed)
    key = asking.log.signer.verifier_key
    assert open_checkpoint(own, key) == open_checkpoint(witnessed, key)


async def test_while_the_witness_is_down_the_log_goes_on_and_is_witnessed_once_it_is_back(
    asking: Asking, process: WitnessProcess
) -> None:
    await asking.grow(5)
    await asking.ask()
    process.kill()
    await asking.grow(5)
    away = await asking.ask()
    during = await asking.standing()

    process.start()

    assert away == [Outcome.AWAY]
    assert (during.signed_size, during.witnessed_size) == (10, 5)
    assert await asking.ask() == [Outcome.COSIGNED]
    assert (await asking.standing()).witnessed_size == 10


async def test_a_witness_that_hangs_is_given_up_and_asked_again(asking: Asking, process: WitnessProcess) -> None:
    await asking.grow(5)
    process.send(signal.SIGSTOP)
    hung = await asking.ask()
    process.send(signal.SIGCONT)

    # It may have carried out the request that nobody waited for, and then knows more than the log thinks.
    assert hung == [Outcome.AWAY]
    assert (await asking.ask())[-1] is Outcome.COSIGNED


async def test_a_witness_that_lost_its_memory_is_asked_from_the_beginning(
    asking: Asking, process: WitnessProcess
) -> None:
    await asking.grow(300)
    await asking.ask()
    process.kill()
    (process.folder / "state").unlink()
    process.start()
    await asking.grow(5)

    assert await asking.ask() == [Outcome.BEHIND, Outcome.COSIGNED]


async def test_a_witness_whose_memory_was_put_back_goes_on_from_there(asking: Asking, process: WitnessProcess) -> None:
    await asking.grow(5)
    await asking.ask()
    process.kill()
    shutil.copy(process.folder / "state", process.folder / "backup")
    process.start()
    await asking.grow(300)
    await asking.ask()
    process.kill()
    shutil.copy(process.folder / "backup", process.folder / "state")
    process.start()
    await asking.grow(1)

    assert await asking.ask() == [Outcome.BEHIND, Outcome.COSIGNED]


async def test_a_log_that_the_witness_does_not_know_or_that_changed_its_key_is_refused(
    asking: Asking, process: WitnessProcess
) -> None:
    await asking.grow(5)
    signer = asking.log.signer
    for name, outcome in ((f"{signer.origin}/other", Outcome.UNKNOWN_LOG), (signer.origin, Outcome.UNKNOWN_KEY)):
        process.kill()
        process.log_key = str(type(signer)(name, Ed25519PrivateKey.generate()).verifier_key)
        process.start()

        assert await asking.ask() == [outcome]


def _origin_hash(asking: Asking) -> str:
    return sha256(asking.log.signer.origin.encode()).hexdigest()
