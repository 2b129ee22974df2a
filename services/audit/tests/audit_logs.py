"""Logs for tests: in memory, as the verifier sees one, and in a database of its own; and the service over one."""

import asyncio
import itertools
import json
import socket
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import uvicorn
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import make_url, text

from audit import entry_store, store
from audit.checkpoint import CheckpointSigner, VerifierKey
from audit.commitment import Opening, commit
from audit.entry import canonical_entry
from audit.main import build
from audit.merkle import leaf_hash
from audit.model import PendingEntry
from audit.sequencer import Sequencer
from audit.settings import Settings
from audit.sources import Missing
from audit.tiles import TileName, encode_bundle, level_count, names_at
from audit.tree import Edge, grow
from chassis.db import Database
from chassis.run.provision import DatabaseUrls
from chassis.run.service import Service
from chassis.testing.clock import START, SettableClock
from chassis.testing.hints import Restless
from chassis.testing.signer import Signer

ORIGIN = "frontdoor.example.org/audit"


@dataclass
class MemoryLog:
    """A copy of a log: path -> bytes. What the verifier sees, and what a forger would edit."""

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
    subject, event_type = f"referral/{referral_id}", "referral.received.v1"
    attributes: dict[str, str | int] = {
        "id": str(event_id),
        "source": "referral-intake",
        "type": event_type,
        "subject": subject,
        "sequence": version,
        "correlationid": str(referral_id),
    }
    body = canonical_entry(attributes, json.dumps({"rating": "amber", "n": number}).encode())
    return PendingEntry(event_id, subject, version, event_type, referral_id, "wandsworth", START, body)


def open_with_salts(bodies: Sequence[bytes]) -> list[Opening]:
    """Each entry with the salt that it has in every log of these tests."""
    return [Opening(sha256(b"salt %d" % n).digest(), body) for n, body in enumerate(bodies)]


def copy_of(openings: Sequence[Opening], signer: CheckpointSigner, *, log: MemoryLog | None = None) -> MemoryLog:
    """A log made from entries alone, without a database: its public part, and pages of all its entries."""
    log = with_tree([commit(opening) for opening in openings], signer, log=log)
    for first in range(0, len(openings), 200):
        page = {"first": first, "next": first + 200, "destroyed": []}
        page["entries"] = [
            {"leaf_index": n, "salt": b64encode(opening.salt).decode(), "entry": opening.entry.decode(errors="replace")}
            for n, opening in enumerate(openings[first : first + 200], first)
        ]
        log.files[f"v1/entries/{first}"] = json.dumps(page).encode()
    return log


def with_tree(leaves: Sequence[bytes], signer: CheckpointSigner, *, log: MemoryLog | None = None) -> MemoryLog:
    """The public part of a log with these leaves."""
    log, edge = log or MemoryLog(), Edge()
    for name in names_at(None, len(leaves)):
        held = leaves[edge.size : edge.size + name.width]
        log.files[name.path] = encode_bundle(held)
        edge, grown = grow(edge, [leaf_hash(leaf) for leaf in held])
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
    minutes: Iterator[int] = field(default_factory=itertools.count)
    versions: dict[str, int] = field(default_factory=dict)

    def sequencer(self, *, every_seconds: int = 0) -> Sequencer:
        return Sequencer(self.db, self.signer, self.clock, hint=Restless(), every_seconds=every_seconds)

    async def append(self, count: int) -> list[PendingEntry]:
        entries = [make_entry(n // 3, n % 3 + 1, n) for n in itertools.islice(self.numbers, count)]
        async with self.db.transaction() as tx:
            await store.append(tx, entries)
        return entries

    async def put(
        self,
        event_type: str,
        referral_id: UUID,
        *,
        partnership: str = "wandsworth",
        source: str = "triage",
        **said: Any,
    ) -> PendingEntry:
        """One event of a referral, the next of its aggregate, a minute after the last. ``subject`` may be named."""
        subject = said.pop("subject", f"{event_type.partition('.')[0]}/{referral_id}")
        version = self.versions[subject] = self.versions.get(subject, 0) + 1
        event_id, at = uuid4(), START + timedelta(minutes=next(self.minutes))
        attributes: dict[str, str | int] = {
            "id": str(event_id),
            "source": source,
            "type": event_type,
            "subject": subject,
            "sequence": version,
            "time": at.isoformat(),
            "partnership": partnership,
            "correlationid": str(referral_id),
        }
        body = canonical_entry(attributes, json.dumps(said).encode())
        entry = PendingEntry(event_id, subject, version, event_type, referral_id, partnership, at, body)
        async with self.db.transaction() as tx:
            await store.append(tx, [entry])
        return entry

    async def advance(self, sequencer: Sequencer | None = None) -> int:
        async with self.db.engine.connect() as connection:
            return await (sequencer or self.sequencer()).advance(connection)

    @property
    def app_role(self) -> str:
        return str(make_url(self.urls.app_url).username)

    async def openings(self) -> list[Opening]:
        """Salt and entry of every leaf, as they are stored."""
        async with self.db.transaction() as tx:
            rows = await tx.execute(text("SELECT salt, body FROM entry ORDER BY leaf_index"))
            return [Opening(row.salt, row.body) for row in rows]

    async def as_owner(self, statement: str) -> None:
        """What somebody with every right on the database could do."""
        owner = Database.connect(self.urls.owner_url, pool_size=1)
        try:
            async with owner.transaction() as tx:
                await tx.execute(text(statement))
        finally:
            await owner.close()

    async def copy(self) -> MemoryLog:
        """What a client would fetch for the last checkpoint."""
        return await copy_from(self.db, self.signer.verifier_key)


async def copy_from(db: Database, key: VerifierKey) -> MemoryLog:
    """The public part of the log in a database."""
    log = MemoryLog({"key": f"{key}\n".encode()})
    async with db.transaction() as tx:
        checkpoint = await store.get_checkpoint(tx)
        log.files["checkpoint"] = checkpoint.note.encode()
        for name in names_at(None, checkpoint.size):
            log.files[name.path] = encode_bundle(await store.read_leaves(tx, name))
        for level in range(level_count(checkpoint.size)):
            for name in names_at(level, checkpoint.size):
                tiles = await store.read_tiles(tx, [(level, name.index)])
                log.files[name.path] = tiles[(level, name.index)][: name.width * 32]
        continued = await entry_store.find_continued(tx)
    if continued is not None and continued.opening is not None:
        opening = continued.opening
        said = {"salt": b64encode(opening.salt).decode(), "entry": opening.entry.decode()}
        log.files["predecessor"] = json.dumps(said).encode()
    return log


def service_of(urls: DatabaseUrls, log_signer: CheckpointSigner, signer: Signer, *, folder: Path) -> Service:
    """The service over a database; nobody listens where Kafka would be, and serving the log must not care."""
    key = folder / "key.pem"
    key.write_bytes(log_signer.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    settings = Settings(
        database_url=urls.app_url,
        kafka_bootstrap_servers="127.0.0.1:1",
        oidc_issuer="https://issuer.example.org/realms/frontdoor",
        public_url="https://audit.example.org",
        signing_key_file=key,
        log_origin=log_signer.origin,
    )
    return build(settings, clock=SettableClock(), verifier=signer.verifier())


@asynccontextmanager
async def listening(service: Service) -> AsyncIterator[str]:
    """The service at an address of its own, for callers that are no part of this process."""
    waiting = socket.socket()
    waiting.bind(("127.0.0.1", 0))
    waiting.listen()  # from here on a caller waits instead of being refused
    server = uvicorn.Server(uvicorn.Config(service.app, lifespan="off", log_config=None))
    serving = asyncio.create_task(server.serve(sockets=[waiting]))
    try:
        yield f"http://127.0.0.1:{waiting.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
        waiting.close()
