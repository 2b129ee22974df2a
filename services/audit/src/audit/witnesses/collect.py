"""Asks each witness for its cosignature of the newest checkpoint, beside the sequencer and never in its way."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from prometheus_client import Counter, Gauge
from sqlalchemy.ext.asyncio import AsyncConnection

from audit import store
from audit.checkpoint import VerifierKey
from audit.model import StoredCheckpoint
from audit.proofs import prove_consistency
from audit.witnesses import protocol
from audit.witnesses import store as witness_store
from audit.witnesses.model import INCIDENTS, Answer, Known, Outcome, Policy, Standing
from chassis import telemetry
from chassis.clock import Clock
from chassis.db import Database, Transaction
from chassis.http_client import HttpClient, NoAnswer
from chassis.leadership import lead
from chassis.tasks import Hint, Stop

LEADER_LOCK: Final = 7_203_702
CALL_SECONDS: Final = 5.0
"""For one whole call, so that a stop within it still ends in time."""
LOOK_SECONDS: Final = 5.0
"""How the log stands is looked at so often in any case, and whether a witness has to be asked again."""
ROUND_SECONDS: Final = 10.0
FIRST_RETRY_SECONDS: Final = 1.0
LAST_RETRY_SECONDS: Final = 60.0
ASKED_AGAIN_AFTER: Final = timedelta(hours=1)
CLOCKS_DIFFER: Final = timedelta(minutes=5)

log = telemetry.logger(__name__)
answers_total = Counter("frontdoor_log_witness_answers", "Answers of witnesses", ["witness", "outcome"])
witnessed_size = Gauge("frontdoor_log_witnessed_size", "Entries covered by the last checkpoint that is witnessed")
unwitnessed_seconds = Gauge("frontdoor_log_unwitnessed_seconds", "Age of the first checkpoint after the last witnessed")


@dataclass(frozen=True)
class Question:
    """What one witness is asked, and what was known of it; ``body`` is None when we cannot make the proof."""

    key: VerifierKey
    checkpoint: StoredCheckpoint
    known: Known | None
    body: bytes | None


@dataclass
class Round:
    """The checkpoint that all witnesses are being asked for, so that their cosignatures come to stand under one note.

    Asked each for the newest, two witnesses of a busy log would hardly ever sign the same size.
    """

    checkpoint: StoredCheckpoint | None = None
    began_at: float = 0.0
    begun: list[Hint] = field(default_factory=list)
    """Of everybody who asks: a round has begun."""

    def move_on(self, newest: StoredCheckpoint | None, standing: Standing, *, at: float) -> None:
        """To the newest checkpoint, once this one is witnessed or those who are slow or away had their time.

        ``at`` in seconds of a clock that only goes forward.
        """
        witnessed = -1 if standing.witnessed_size is None else standing.witnessed_size
        reached = self.checkpoint is None or self.checkpoint.size <= witnessed
        if reached or at - self.began_at > ROUND_SECONDS:
            for hint in self.begun if newest != self.checkpoint else ():
                hint.give()
            self.checkpoint, self.began_at = newest, at


class Leader:
    """The one connection of the instance that leads. Its tasks use it in turns."""

    def __init__(self, connection: AsyncConnection, stop: Stop) -> None:
        self.stop = stop
        self.round = Round()
        self._connection = connection
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """MUST be short: everybody else waits for it."""
        async with self._turn, self._connection.begin():
            yield self._connection


class Collector:
    """Contract.

    - Of all instances one asks; what it learns it writes on the connection that holds the leader's lock, so one that
      lost its leadership without noticing can write nothing.
    - The sequencer waits for nothing here: it signs whether witnesses answer or not. No call is made in a transaction.
    - Each witness is asked by a task of its own, and after a failure less and less often: one that is slow, away or
      lying delays no other.
    - Nothing that a witness answers ends the worker, and a cosignature is kept only once it is verified.
    """

    def __init__(self, db: Database, http: HttpClient, policy: Policy, clock: Clock, *, hint: Hint) -> None:
        self._db = db
        self._hint = hint
        self._http = http
        self._policy = policy
        self._clock = clock

    async def run(self, stop: Stop) -> None:
        """Lead when possible, until asked to stop. Raises when the database fails: a fresh start is simplest."""
        if not self._policy.urls:
            await stop.wait()
            return
        await lead(self._db, self._lead, lock=LEADER_LOCK, stop=stop)

    async def _lead(self, connection: AsyncConnection, stop: Stop) -> None:
        log.info("collector of cosignatures leads")
        leader = Leader(connection, stop)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._follow(leader))
                for key in self._policy.urls:
                    tasks.create_task(self._keep_asking(leader, key))
        except ExceptionGroup as group:
            raise group.exceptions[0] from group  # one is enough to end on, and is shown by its own name

    async def _follow(self, leader: Leader) -> None:
        """Choose what is asked for, and show how far the log is witnessed."""
        while not leader.stop.is_set():
            async with leader.transaction() as tx:
                newest = await store.find_checkpoint(tx)
                standing = await witness_store.find_standing(tx, self._policy.lines, self._policy.needed)
            leader.round.move_on(newest, standing, at=time.monotonic())
            self._show(standing)
            await self._hint.wait(leader.stop, LOOK_SECONDS)

    def _show(self, standing: Standing) -> None:
        since = standing.unwitnessed_since
        witnessed_size.set(standing.witnessed_size or 0)
        unwitnessed_seconds.set((self._clock.now() - since).total_seconds() if since else 0)

    async def _keep_asking(self, leader: Leader, key: VerifierKey) -> None:
        failures, last, pause = 0, Outcome.COSIGNED, 0.0
        begun = Hint()
        leader.round.begun.append(begun)
        while not await leader.stop.wait(pause):
            outcome, pause = await self.ask(leader, key), 0.0
            if outcome is None or outcome is Outcome.COSIGNED:
                failures = 0
                await begun.wait(leader.stop, LOOK_SECONDS)
            elif outcome is not Outcome.BEHIND or last is Outcome.BEHIND:  # behind once, it says where to begin
                failures, pause = failures + 1, retry_seconds(failures)
            last = outcome or last

    async def ask(self, leader: Leader, key: VerifierKey) -> Outcome | None:
        """Ask one witness for the round's checkpoint. None when it is not due."""
        async with leader.transaction() as tx:
            known = (await witness_store.find_known(tx, [str(key)])).get(str(key))
            checkpoint = leader.round.checkpoint
            if checkpoint is None or not is_due(known, checkpoint.size, self._clock.now()):
                return None
            body = await _write_request(tx, checkpoint, known.size if known else 0)
        question = Question(key, checkpoint, known, body)
        answer = judge(await self._call(question), checkpoint.size, self._clock.now())
        async with leader.transaction() as tx:
            await self._keep(tx, question, answer)
        self._hint.give()
        _report(question, answer.outcome)
        return answer.outcome

    async def _call(self, question: Question) -> Answer:
        if question.body is None:
            return Answer(Outcome.UNPROVABLE)
        url = self._policy.urls[question.key] + protocol.PATH
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        try:
            given = await self._http.request("POST", url, headers=headers, content=question.body)
        except NoAnswer:
            return Answer(Outcome.AWAY)
        content_type, note = given.headers.get("content-type", ""), question.checkpoint.note
        return protocol.read_answer(given.status_code, content_type, given.content, note=note, key=question.key)

    async def _keep(self, tx: Transaction, question: Question, answer: Answer) -> None:
        if answer.cosignature is not None:
            await witness_store.add_cosignature(tx, question.checkpoint.size, answer.cosignature)
        known = learn(question.known, answer, self._clock.now())
        await witness_store.put_known(tx, str(question.key), known)


async def _write_request(tx: Transaction, checkpoint: StoredCheckpoint, known_size: int) -> bytes | None:
    """The request, with the way from what the witness knows; None when our own tree lacks a part of it.

    A witness that says it knows more than we have is asked as if it had all of ours: it will say so again, and not
    for ever when it only said so once.
    """
    old_size = min(known_size, checkpoint.size)
    try:
        _, proof = await prove_consistency(tx, old_size, checkpoint.size)
    except KeyError:
        return None
    return protocol.write_request(old_size, proof.hashes, checkpoint.note)


def _report(question: Question, outcome: Outcome) -> None:
    name = question.key.name
    answers_total.labels(name, outcome).inc()
    if question.known is not None and question.known.outcome is outcome:
        return  # it was said when it began; the counter goes on
    if outcome in INCIDENTS:
        log.error("a witness does not accept this log's history", witness=name, reason=outcome)
    else:
        log.info("a witness answers differently", witness=name, reason=outcome)


def is_due(known: Known | None, size: int, now: datetime) -> bool:
    """Whether a witness is to be asked: for a size it has not cosigned, and now and then for a fresh date."""
    if known is None or known.outcome is not Outcome.COSIGNED or known.size != size:
        return True
    return now - known.asked_at > ASKED_AGAIN_AFTER


def learn(known: Known | None, answer: Answer, now: datetime) -> Known:
    """What is known of a witness after an answer. That it is behind makes it neither fail nor work again."""
    size = answer.size if answer.size is not None else known.size if known else 0
    since = known.failing_since if known else None
    if answer.outcome is Outcome.COSIGNED:
        since = None
    elif answer.outcome is not Outcome.BEHIND:
        since = since or now
    return Known(size, answer.outcome, now, since)


def judge(answer: Answer, size: int, now: datetime) -> Answer:
    """An answer in the light of what was asked and when: a larger size than ours, a date that is still to come."""
    if answer.cosignature is not None and answer.cosignature.time > (now + CLOCKS_DIFFER).timestamp():
        return Answer(Outcome.UNVERIFIABLE)
    if answer.cosignature is not None:
        return Answer(Outcome.COSIGNED, size, answer.cosignature)
    if answer.outcome is Outcome.BEHIND and answer.size is not None and answer.size > size:
        return Answer(Outcome.AHEAD, answer.size)
    return answer


def retry_seconds(failures: int) -> float:
    """How long to leave a witness alone after it failed so many times before."""
    return min(FIRST_RETRY_SECONDS * 2.0 ** min(failures, 16), LAST_RETRY_SECONDS)
