"""A log in a real database, its public copy, and events to fill it with."""

import itertools
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import make_url, text

from audit import store
from audit.checkpoint import CheckpointSigner, VerifierKey
from audit.entry import canonical_entry
from audit.merkle import leaf_hash
from audit.model import PendingEntry
from audit.sequencer import Sequencer
from audit.sources import Missing
from audit.tiles import TileName, encode_bundle, level_count, names_at
from audit.tree import Edge, grow
from chassis.db import Database
from chassis.run.provision import DatabaseUrls
from chassis.testing.clock import START, SettableClock

sys.path.insert(0, str(Path(__file__).parent))  # so that the tests here can share their builders

from witness_world import FakeWitness, Witnessed

ORIGIN = "frontdoor.example.org/audit"


@dataclass
class MemoryLog:
    """A public copy of a log: path -> bytes. What the verifier sees, and what a forger would edit."""

    files: dict[str, bytes] = field(default_factory=dict)

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise Missing(f"{path} is missing from the log")
        return self.files[path]

    def close(self) -> None:
        """Nothing is open."""

    @property
    def key(self) -> VerifierKey:
        return VerifierKey.parse(self.files["key"].decode())


def make_entries(count: int, *, first: int = 0, per_aggregate: int = 3) -> list[PendingEntry]:
    """``count`` events, a few versions of each aggregate, in order."""
    return [make_entry(n // per_aggregate, n % per_aggregate + 1, n) for n in range(first, first + count)]


def make_entry(referral: int, version: int, number: int) -> PendingEntry:
    referral_id, event_id = UUID(int=referral), UUID(int=number)
    subject = f"referral/{referral_id}"
    attributes: dict[str, str | int] = {"id": str(event_id), "subject": subject, "sequence": version}
    body = canonical_entry(attributes, json.dumps({"rating": "amber", "n": number}).encode())
    return PendingEntry(event_id, subject, version, "referral.received.v1", referral_id, "wandsworth", START, body)


def copy_of(bodies: Sequence[bytes], signer: CheckpointSigner) -> MemoryLog:
    """A log made from entries alone, without a database."""
    log, edge = MemoryLog(), Edge()
    for name in names_at(None, len(bodies)):
        held = bodies[edge.size : edge.size + name.width]
        log.files[name.path] = encode_bundle(held)
        edge, grown = grow(edge, [leaf_hash(body) for body in held])
        full = [tile for tile in grown if len(tile.hashes) == 8192]
        log.files.update({TileName(tile.level, tile.index).path: tile.hashes for tile in full})
    for level in range(level_count(edge.size)):
        for name in names_at(level, edge.size):
            if name.width < 256:
                log.files[name.path] = b"".join(edge.rows[level])
    log.files["checkpoint"] = signer.sign(edge.size, edge.root).encode()
    log.files["key"] = f"{signer.verifier_key}\n".encode()
    return log


@dataclass
class DatabaseLog:
    """A log in a database of its own, with the means to fill, sequence and copy it."""

    urls: DatabaseUrls
    db: Database
    signer: CheckpointSigner
    clock: SettableClock = field(default_factory=SettableClock)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def sequencer(self) -> Sequencer:
        return Sequencer(self.db, self.signer, self.clock)

    async def append(self, count: int) -> list[PendingEntry]:
        entries = [make_entry(n // 3, n % 3 + 1, n) for n in itertools.islice(self.numbers, count)]
        async with self.db.transaction() as tx:
            await store.append(tx, entries)
        return entries

    async def advance(self, sequencer: Sequencer | None = None) -> int:
        async with self.db.engine.connect() as connection:
            return await (sequencer or self.sequencer()).advance(connection)

    @property
    def app_role(self) -> str:
        return str(make_url(self.urls.app_url).username)

    async def as_owner(self, statement: str) -> None:
        """What somebody with every right on the database could do."""
        owner = Database.connect(self.urls.owner_url, pool_size=1)
        async with owner.transaction() as tx:
            await tx.execute(text(statement))
        await owner.close()

    async def copy(self) -> MemoryLog:
        """What a client would fetch for the last checkpoint."""
        log = MemoryLog({"key": f"{self.signer.verifier_key}\n".encode()})
        async with self.db.transaction() as tx:
            checkpoint = await store.get_checkpoint(tx)
            log.files["checkpoint"] = checkpoint.note.encode()
            for name in names_at(None, checkpoint.size):
                log.files[name.path] = encode_bundle(await store.read_bundle(tx, name))
            for level in range(level_count(checkpoint.size)):
                for name in names_at(level, checkpoint.size):
                    tiles = await store.read_tiles(tx, [(level, name.index)])
                    log.files[name.path] = tiles[(level, name.index)][: name.width * 32]
        return log


@pytest.fixture(scope="session")
def log_signer() -> CheckpointSigner:
    return CheckpointSigner(ORIGIN, Ed25519PrivateKey.from_private_bytes(b"\x07" * 32))


@pytest.fixture(scope="session")
def log_of(log_signer: CheckpointSigner) -> Callable[[int], MemoryLog]:
    """A public copy of a log of so many entries."""
    return lambda count: copy_of([entry.body for entry in make_entries(count)], log_signer)


@pytest.fixture(scope="session")
def resign(log_signer: CheckpointSigner) -> Callable[[Sequence[bytes]], MemoryLog]:
    """A log of any entries, properly built and signed: for what only the entries themselves give away."""
    return lambda bodies: copy_of(bodies, log_signer)


@pytest.fixture
async def database_log(
    migrated_database: Callable[[str], Awaitable[DatabaseUrls]], log_signer: CheckpointSigner
) -> AsyncIterator[DatabaseLog]:
    urls = await migrated_database("audit")
    db = Database.connect(urls.app_url)
    yield DatabaseLog(urls, db, log_signer)
    await db.close()


@pytest.fixture
async def witnessed(database_log: DatabaseLog) -> AsyncIterator[Witnessed]:
    witnesses = [FakeWitness(number, database_log.clock) for number in (1, 2, 3)]
    async with database_log.db.engine.connect() as connection:
        yield Witnessed(database_log, witnesses, connection)
