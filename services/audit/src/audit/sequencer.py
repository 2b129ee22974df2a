"""The single writer of the log: gives entries their salts and places, grows the tree, and signs what became of it."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from prometheus_client import Counter, Gauge, Histogram
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from audit import store
from audit.checkpoint import Checkpoint, CheckpointSigner, open_checkpoint
from audit.commitment import Opening, commit
from audit.errors import NotSequencing
from audit.merkle import EMPTY_ROOT, Span, VerificationError, consistency_spans, leaf_hash, verify_consistency
from audit.model import COLLECTOR, SealedEntry, StoredCheckpoint
from audit.tree import Edge, edge_rows, grow, read_edge, span_hash, tiles_needed
from chassis import telemetry
from chassis.clock import Clock
from chassis.db import Database, Transaction
from chassis.ids import new_salts
from chassis.leadership import lead
from chassis.tasks import Hint, Stop
from chassis.waking import LOOK_SECONDS, wake

LEADER_LOCK: Final = 7_203_701
BATCH: Final = 2_000
STUCK_SECONDS: Final = 20.0

log = telemetry.logger(__name__)
entries_total = Counter("frontdoor_log_entries", "Entries that got a place in the log")
signed_size = Gauge("frontdoor_log_signed_size", "Entries covered by the last signed checkpoint")
batch_seconds = Histogram("frontdoor_log_batch_seconds", "Time to place and sign one batch")


class LogDamaged(Exception):
    """What is stored does not extend what was signed. Nothing may be signed until people have looked."""


class OriginInUse(Exception):
    """The log before this one was signed under this origin, and one origin has one tree: the log needs another."""


class Sequencer:
    """Contract.

    - Every pending entry gets exactly one place, places have no gaps, and an aggregate's versions stay in order.
    - Placing and signing are two transactions. A crash before, between or after them leaves a state from which
      the next run continues: unsigned entries are simply signed then.
    - It MUST NOT sign a checkpoint that does not extend every one it signed before. Before each signature the
      last checkpoint's own signature, the root it names, and the way from it to the new root are proven from the
      stored tiles; otherwise ``LogDamaged`` is raised and nothing is signed.
    - What is signed was committed before. Interleaving prevented: a batch is signed, its COMMIT fails, other
      entries are given its places, and two different trees of one size carry our signature.
    - Each entry has a salt of its own, which is stored in the transaction that gives it its place: a leaf never
      stands without what opens it, and no salt is used twice, whatever crashes.
    - With ``every_seconds`` it signs at fixed times and not when entries come, so that nobody who watches the
      checkpoint learns when something happened, only how much in between.
    - There is one leader per database. The advisory lock keeps others idle; the lock on the ``log`` row keeps out
      one that lost its leadership without noticing.
    """

    def __init__(
        self, db: Database, signer: CheckpointSigner, clock: Clock, *, hint: Hint, every_seconds: int = 0
    ) -> None:
        self._db = db
        self._hint = hint
        self._signer = signer
        self._clock = clock
        self._every_seconds = every_seconds
        self._advanced_at: float | None = None
        self.step: Callable[[str], None] = lambda _: None
        """Called with each step as it begins; tests stop it there."""

    async def run(self, stop: Stop) -> None:
        """Lead when possible, until it is to stop. Raises on any failure: only a fresh start is safe then."""
        await lead(self._db, self._lead, lock=LEADER_LOCK, stop=stop)

    async def check(self) -> None:
        """Raises ``NotSequencing`` while this instance leads and nothing moves. For readiness."""
        if self._advanced_at is not None and time.monotonic() - self._advanced_at > STUCK_SECONDS:
            raise NotSequencing

    async def _lead(self, connection: AsyncConnection, stop: Stop) -> None:
        log.info("sequencer leads")
        while not stop.is_set():
            self._advanced_at = time.monotonic()
            if await self.advance(connection) < BATCH:
                await self._hint.wait(stop, self._seconds_to_wait())

    def _seconds_to_wait(self) -> float:
        """Until it may be time to sign: at fixed times entries may be waiting for their signature."""
        if not self._every_seconds:
            return LOOK_SECONDS
        return min(LOOK_SECONDS, self._every_seconds - self._clock.now().timestamp() % self._every_seconds)

    async def advance(self, connection: AsyncConnection) -> int:
        """Place one batch, and sign the log when it is time. Commits twice. Returns how many entries were placed."""
        began = time.perf_counter()
        async with connection.begin():
            placed = await self._place(connection)
        async with connection.begin():
            size = await self._sign(connection)
        if placed:
            entries_total.inc(placed)
            batch_seconds.observe(time.perf_counter() - began)
        signed_size.set(size)
        return placed

    async def _place(self, tx: Transaction) -> int:
        """Move the oldest pending entries into the log and the tree."""
        self.step("lock")
        size = await store.lock_size(tx)
        self.step("read pending")
        waiting = await store.read_pending(tx, limit=BATCH)
        if not waiting:
            return 0
        self.step("seal")
        sealed = seal(waiting)
        self.step("place")
        await self._store(tx, sealed, size)
        self.step("read edge")
        edge, grown = grow(await self._read_edge(tx, size), [leaf_hash(entry.leaf) for entry in sealed])
        self.step("put tiles")
        await store.put_tiles(tx, grown)
        self.step("set size")
        await store.set_size(tx, edge.size)
        self.step("commit places")
        return len(sealed)

    async def _store(self, tx: Transaction, sealed: Sequence[SealedEntry], size: int) -> None:
        try:
            moved = await store.place(tx, sealed, first_index=size)
        except IntegrityError as error:
            raise LogDamaged("The log holds entries beyond its own size") from error
        if moved != len(sealed):
            raise LogDamaged("Pending entries went while the log was locked")

    async def _read_edge(self, tx: Transaction, size: int) -> Edge:
        try:
            return read_edge(size, await store.read_tiles(tx, {row.tile for row in edge_rows(size)}))
        except KeyError as error:
            raise LogDamaged("The stored tree lacks a tile of its own edge") from error

    async def _sign(self, tx: Transaction) -> int:
        """Sign the tree if it has grown. Returns the size that is signed now."""
        self.step("lock to sign")
        size = await store.lock_size(tx)
        last = await store.find_checkpoint(tx)
        if last is not None and (last.size == size or not self._is_time(last.signed_at)):
            return last.size
        if last is None:
            await self._check_origin(tx)
        self.step("prove extension")
        root = await self._prove_extension(tx, last, size)
        self.step("sign")
        note = self._signer.sign(size, root)
        self.step("add checkpoint")
        await store.add_checkpoint(tx, StoredCheckpoint(size, note, self._clock.now()))
        await wake(tx, COLLECTOR)
        self.step("commit checkpoint")
        return size

    def _is_time(self, signed_at: datetime) -> bool:
        """Whether a fixed time has come since the last signature. Those are the same for every process and restart."""
        if not self._every_seconds:
            return True
        last, now = [int(time.timestamp()) // self._every_seconds for time in (signed_at, self._clock.now())]
        return last != now

    async def _check_origin(self, tx: Transaction) -> None:
        """Before the first signature. Raises ``OriginInUse``."""
        former = await store.find_checkpoint(tx, former=True)
        if former is None:
            return
        if former.note.split("\n", 1)[0] == self._signer.origin:
            log.error("FRONTDOOR_LOG_ORIGIN names the log that went before this one: give this one another")
            raise OriginInUse("The log that went before this one was signed under this origin")
        log.info("the log goes on under another origin", size=former.size)

    async def _prove_extension(self, tx: Transaction, last: StoredCheckpoint | None, size: int) -> bytes:
        """The root of the stored tree, once it is proven to extend what was signed last. Raises ``LogDamaged``."""
        try:
            old = self._open(last)
            spans = [*consistency_spans(old.size, size), Span(0, size)]
            tiles = await store.read_tiles(tx, tiles_needed(spans))
            *proof, root = [span_hash(span, tiles) for span in spans]
            verify_consistency((old.size, old.root), (size, root), proof=proof)
        except (VerificationError, KeyError) as error:
            raise LogDamaged("The stored tree does not extend the last signed checkpoint") from error
        return root

    def _open(self, last: StoredCheckpoint | None) -> Checkpoint:
        """The last checkpoint as our own signature says it, whatever the database says; the empty log before."""
        if last is None:
            return Checkpoint(self._signer.origin, 0, EMPTY_ROOT)
        return open_checkpoint(last.note.encode(), self._signer.verifier_key)


def seal(waiting: Sequence[tuple[int, bytes]]) -> list[SealedEntry]:
    """Pending entries, given as (id, entry), each with a salt of its own and the leaf that commits to both."""
    salts = new_salts(len(waiting))
    return [
        SealedEntry(pending_id, salt, commit(Opening(salt, entry)))
        for (pending_id, entry), salt in zip(waiting, salts, strict=True)
    ]
