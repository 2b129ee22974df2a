"""SQL of endpoint tests, and of how endpoints answered last."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, insert, select, text, update

from agency_notify import tables
from agency_notify.endpoint_tests.model import ANSWERS, GOOD_FOR, Answered, EndpointHealth, EndpointTest
from agency_notify.model import Endpoint, Receipt
from agency_notify.store.endpoints import endpoint_of
from chassis.db import Transaction
from chassis.waking import wake
from contracts.codes import DeliveryFailure

TESTER: Final = "endpoint-tester"
"""What wakes it: somebody asked for a test."""
_HOUR: Final = timedelta(hours=1)
_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('endpoint-tests', 0))")
_COUNT: Final = text(
    """SELECT max(asked_at) FILTER (WHERE endpoint_id = :endpoint_id) AS last,
              count(*) FILTER (WHERE asked_at > :hour) AS in_an_hour
       FROM endpoint_test WHERE asked_at > :hour"""
)
_CLAIM: Final = text(
    """UPDATE endpoint_test SET started_at = :now WHERE test_id IN (
           SELECT test_id FROM endpoint_test WHERE started_at IS NULL AND asked_at > :oldest
           ORDER BY asked_at LIMIT :limit FOR UPDATE SKIP LOCKED)
       RETURNING *"""
)
_WAITING: Final = text(
    """SELECT d.endpoint_id, count(*) AS waiting, min(n.queued_at) AS since
       FROM delivery d JOIN notice n USING (notice_id) WHERE d.state = 'pending' GROUP BY d.endpoint_id"""
)
# The newest attempts of each endpoint, by two indexes: those of deliveries that ended, and those that wait for more.
_ANSWERS: Final = text(
    """SELECT e.endpoint_id, answer.* FROM endpoint e CROSS JOIN LATERAL (
           SELECT a.finished_at AS at, a.status, a.failure FROM attempt a WHERE a.finished_at IS NOT NULL
             AND a.delivery_id IN (
               (SELECT delivery_id FROM delivery d WHERE d.endpoint_id = e.endpoint_id AND d.finished_at IS NOT NULL
                ORDER BY d.finished_at DESC LIMIT :most)
               UNION ALL
               (SELECT delivery_id FROM delivery d WHERE d.endpoint_id = e.endpoint_id AND d.state = 'pending'
                  AND d.attempts > 0 ORDER BY d.next_attempt_at LIMIT :pending))
           ORDER BY a.finished_at DESC LIMIT :most) AS answer"""
)
_TESTS: Final = text(
    """SELECT test.* FROM endpoint e CROSS JOIN LATERAL (
           SELECT * FROM endpoint_test t WHERE t.endpoint_id = e.endpoint_id ORDER BY t.asked_at DESC LIMIT 1
       ) AS test"""
)
_PENDING_LOOKED_AT: Final = 50


async def lock_endpoint(tx: Transaction, endpoint_id: UUID) -> Endpoint | None:
    """The endpoint, while no other test is asked for. Interleaving prevented: two buttons pass one limit at once."""
    await tx.execute(_LOCK)
    found = await tx.execute(select(tables.endpoint).where(tables.endpoint.c.endpoint_id == endpoint_id))
    row = found.one_or_none()
    return endpoint_of(row) if row is not None else None


async def count_asked(tx: Transaction, endpoint_id: UUID, *, now: datetime) -> tuple[datetime | None, int]:
    """When this endpoint was tested last within an hour, and how many tests of all there were within it."""
    row = (await tx.execute(_COUNT, {"endpoint_id": endpoint_id, "hour": now - _HOUR})).one()
    return row.last, row.in_an_hour


async def record_asked(tx: Transaction, test: EndpointTest) -> None:
    """A test that waits to be made, as soon as this transaction commits."""
    asked = ("test_id", "endpoint_id", "asked_by", "asked_at")
    await tx.execute(insert(tables.endpoint_test).values({name: getattr(test, name) for name in asked}))
    await wake(tx, TESTER)


async def claim(tx: Transaction, *, limit: int, now: datetime) -> Sequence[tuple[EndpointTest, Endpoint]]:
    """Take tests to be made, each once for good: one whose worker ends meanwhile stays unfinished. MUST be committed
    before anything is sent."""
    rows = (await tx.execute(_CLAIM, {"now": now, "oldest": now - GOOD_FOR, "limit": limit})).all()
    ids = [row.endpoint_id for row in rows]
    found = await tx.execute(select(tables.endpoint).where(tables.endpoint.c.endpoint_id.in_(ids)))
    endpoints = {row.endpoint_id: endpoint_of(row) for row in found}
    return [(_test_of(row), endpoints[row.endpoint_id]) for row in rows]


async def record_answer(tx: Transaction, test_id: UUID, receipt: Receipt, *, now: datetime) -> None:
    """What came of a test."""
    columns = tables.endpoint_test.c
    answer = {"finished_at": now, "status": receipt.status, "failure": receipt.failure}
    await tx.execute(update(tables.endpoint_test).where(columns.test_id == test_id).values(answer))


async def find_test(tx: Transaction, test_id: UUID) -> EndpointTest | None:
    """One test."""
    found = await tx.execute(select(tables.endpoint_test).where(tables.endpoint_test.c.test_id == test_id))
    row = found.one_or_none()
    return _test_of(row) if row is not None else None


async def list_health(tx: Transaction) -> Sequence[EndpointHealth]:
    """Every endpoint, those that are switched off too, with what it answered last."""
    endpoint = tables.endpoint.c
    order = (endpoint.partnership, endpoint.agency, endpoint.role.nulls_first(), endpoint.channel)
    rows = (await tx.execute(select(tables.endpoint).order_by(*order))).all()
    waiting = {row.endpoint_id: row for row in await tx.execute(_WAITING)}
    tests = {row.endpoint_id: _test_of(row) for row in await tx.execute(_TESTS)}
    answers = await _answers(tx)
    return [_health(row, waiting.get(row.endpoint_id), answers, tests.get(row.endpoint_id)) for row in rows]


async def _answers(tx: Transaction) -> Mapping[UUID, Sequence[Answered]]:
    found: dict[UUID, list[Answered]] = defaultdict(list)
    for row in await tx.execute(_ANSWERS, {"most": ANSWERS, "pending": _PENDING_LOOKED_AT}):
        found[row.endpoint_id].append(Answered(row.at, False, row.status, _failure(row.failure)))
    return found


def _health(
    row: Row[Any], waiting: Row[Any] | None, answers: Mapping[UUID, Sequence[Answered]], test: EndpointTest | None
) -> EndpointHealth:
    known = [*answers.get(row.endpoint_id, ())]
    if test is not None and test.finished_at is not None:
        known.append(Answered(test.finished_at, True, test.status, test.failure))
    known.sort(key=lambda answer: answer.at, reverse=True)
    return EndpointHealth(
        endpoint=endpoint_of(row),
        failures=row.failures,
        held_until=row.not_before,
        waiting=waiting.waiting if waiting is not None else 0,
        waiting_since=waiting.since if waiting is not None else None,
        answers=known[:ANSWERS],
        test=test,
    )


def _test_of(row: Row[Any]) -> EndpointTest:
    return EndpointTest(
        test_id=row.test_id,
        endpoint_id=row.endpoint_id,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        status=row.status,
        failure=_failure(row.failure),
    )


def _failure(code: str | None) -> DeliveryFailure | None:
    return DeliveryFailure(code) if code is not None else None
