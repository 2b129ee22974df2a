"""The bugs that the controls plant. ``python -m tests.chaos.planted <bug> <package> <role>`` runs a service with one.

Production code has no switch for any of them: what it imports is replaced from outside, in this process only.
"""

import asyncio
import runpy
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from unittest.mock import patch

from sqlalchemy import text

from chassis.db import Database, Transaction
from chassis.delivery import applying, attempts, failures, parking, relay, requests
from chassis.delivery.applying import Batch, BatchState
from chassis.delivery.failures import Suspect
from chassis.delivery.messages import Subscriptions, read
from chassis.delivery.parking import Why
from chassis.delivery.requests import Act, Filter
from chassis.delivery.versions import Versions
from contracts.problems import Problem
from referral_intake.accepting.handlers import Accepting, accept
from referral_intake.accepting.model import Acceptance
from referral_intake.model import Answer

COMMIT_SECONDS: Final = 0.5


class Bug(StrEnum):
    """One mistake each, as it is really made."""

    ANSWER_BEFORE_COMMIT = "answer-before-commit"
    WATERMARK_RELAY = "watermark-relay"
    POSITION_NOT_FENCED = "position-not-fenced"
    BATCH_HELD = "batch-held"
    DISCARD_SWALLOWS = "discard-swallows"


def plant(bug: Bug | None) -> AbstractContextManager[None]:
    """The bug is in this process while the block lasts; with None nothing is changed."""
    return nullcontext() if bug is None else _PLANTS[bug]()


# -- answer before commit -------------------------------------------------------------------------------------------


@contextmanager
def _answer_before_commit() -> Iterator[None]:
    """As with a commit in what runs after the response: the answer leaves while the transaction is still open."""
    open_transactions: set[asyncio.Task[None]] = set()

    async def commit(accepting: Accepting, acceptances: Sequence[Acceptance]) -> Sequence[Answer | Problem]:
        answers: asyncio.Future[Sequence[Answer | Problem]] = asyncio.get_running_loop().create_future()
        carrying = asyncio.create_task(_carry(accepting._db, acceptances, answers))
        open_transactions.add(carrying)
        carrying.add_done_callback(open_transactions.discard)
        return await answers

    with patch.object(Accepting, "_commit", commit):
        yield


async def _carry(
    db: Database, acceptances: Sequence[Acceptance], answers: "asyncio.Future[Sequence[Answer | Problem]]"
) -> None:
    try:
        async with db.driver_transaction() as tx:
            answers.set_result(await accept(tx, acceptances))
            await asyncio.sleep(COMMIT_SECONDS)  # a disk that is slow to sync
    except Exception as error:
        if not answers.done():  # after the answer nobody is left to answer: this is the bug
            answers.set_exception(error)


# -- watermark relay ------------------------------------------------------------------------------------------------


@contextmanager
def _watermark_relay() -> Iterator[None]:
    """The relay asks for what comes after the last one it sent."""
    above_the_last = text(
        """SELECT id, event_id, aggregate, version, topic, key, headers, data, recorded_at FROM event
           WHERE id > (SELECT coalesce(max(id), 0) FROM event WHERE published_at IS NOT NULL)
           ORDER BY id LIMIT :batch"""
    )
    with patch.object(relay, "_UNPUBLISHED", above_the_last):
        yield


# -- position not fenced --------------------------------------------------------------------------------------------

_MOVE: Final = text(
    """UPDATE position p SET next_offset = n.after
       FROM unnest(CAST(:topics AS text[]), CAST(:partitions AS integer[]), CAST(:after AS bigint[]))
            AS n(topic, partition, after)
       WHERE p.topic = n.topic AND p.partition = n.partition"""
)


@contextmanager
def _position_not_fenced() -> Iterator[None]:
    """The position is written last, whatever it was before: nothing is locked first and nobody is turned away."""
    with patch.object(applying, "_fence", _let_pass), patch.object(attempts, "apply", _apply_then_move):
        yield


async def _let_pass(_tx: Transaction, _batch: Batch) -> None:
    return


async def _apply_then_move(
    tx: Transaction, batch: Batch, subscriptions: Subscriptions, *, now: datetime, careful: bool
) -> BatchState:
    state = await applying.apply(tx, batch, subscriptions, now=now, careful=careful)
    columns = {"topics": [topic for topic, _ in batch.end], "partitions": [partition for _, partition in batch.end]}
    await tx.execute(_MOVE, {**columns, "after": list(batch.end.values())})
    return state


# -- batch held -----------------------------------------------------------------------------------------------------


@contextmanager
def _batch_held() -> Iterator[None]:
    """A message on which our code fails is held with all that was read beside it, instead of with its key."""
    with patch.object(attempts, "apply", _apply_or_hold_all):
        yield


async def _apply_or_hold_all(
    tx: Transaction, batch: Batch, subscriptions: Subscriptions, *, now: datetime, careful: bool
) -> BatchState:
    try:
        async with tx.begin_nested() if careful else nullcontext():
            return await applying.apply(tx, batch, subscriptions, now=now, careful=False)
    except Suspect as error:
        if not careful:
            raise
        await applying._fence(tx, batch)
        why = Why.failing(failures.describe(error), failures.pause_after(1))
        for record in batch.records:
            await parking.park(tx, record, read(record), why=why, now=now)
        return BatchState(tx, subscriptions, now, careful, await Versions.load(tx, ()), {})


# -- discard swallows -----------------------------------------------------------------------------------------------


@contextmanager
def _discard_swallows() -> Iterator[None]:
    """A discard looks at its own message only, and its aggregate goes on as if all up to it had taken effect."""
    with patch.object(requests, "choose", _choose_it_alone), patch.object(Versions, "give_up", Versions._move):
        yield


async def _choose_it_alone(tx: Transaction, chosen: Filter, act: Act) -> list[dict[str, Any]]:
    rows = await requests.list_parked(tx, chosen)
    return [{"id": row["id"]} for row in rows]


_PLANTS: Final[dict[Bug, Callable[[], AbstractContextManager[None]]]] = {
    Bug.ANSWER_BEFORE_COMMIT: _answer_before_commit,
    Bug.WATERMARK_RELAY: _watermark_relay,
    Bug.POSITION_NOT_FENCED: _position_not_fenced,
    Bug.BATCH_HELD: _batch_held,
    Bug.DISCARD_SWALLOWS: _discard_swallows,
}


def run(arguments: Sequence[str]) -> None:
    """Run a service's own ``__main__`` with the bug in place. Raises ``ValueError`` for a bug that is not known."""
    bug, package, role = arguments
    with plant(Bug(bug)), patch.object(sys, "argv", [package, role]):
        runpy.run_module(package, run_name="__main__")


if __name__ == "__main__":
    run(sys.argv[1:])
