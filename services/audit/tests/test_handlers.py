"""From Kafka to the log: every well-formed event becomes one entry, whatever it says, in its aggregate's order."""

import json
import uuid
from dataclasses import dataclass, replace
from typing import Any

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import text

from audit.subscriptions import SUBSCRIPTIONS
from audit.verify.public import Trusted, verify_public
from chassis.delivery.messages import Record, Subscriptions
from chassis.testing.delivery import Reader, message

DatabaseLog = Any  # the log in a database that the fixture makes
CASE, OTHER_CASE, REFERRAL, OTHER_REFERRAL = (uuid.UUID(int=n) for n in range(1, 5))


@dataclass
class LogReader(Reader):
    """Applies records as this service does."""

    @property
    def subscriptions(self) -> Subscriptions:
        return SUBSCRIPTIONS


@pytest.fixture
async def reader(database_log: DatabaseLog) -> LogReader:
    made = LogReader(database_log.db)
    await made.start()
    return made


async def pending(log: DatabaseLog) -> list[Any]:
    async with log.db.transaction() as tx:
        return list(await tx.execute(text("SELECT * FROM pending ORDER BY id")))


def of(case_id: uuid.UUID, version: int, **headers: str) -> Record:
    referral_id = REFERRAL if case_id == CASE else OTHER_REFERRAL
    return message(case_id, version, referral_id=referral_id, **headers)


async def test_an_event_becomes_an_entry_that_says_what_the_bus_said(
    database_log: DatabaseLog, reader: LogReader
) -> None:
    record = of(CASE, 1, traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")

    await reader.apply(record)

    (row,) = await pending(database_log)
    headers = {name: (value or b"").decode() for name, value in record.headers}
    assert json.loads(row.body) == {
        "specversion": "1.0",
        "id": headers["ce_id"],
        "source": "triage",
        "type": "case.closed.v1",
        "subject": headers["ce_subject"],
        "time": headers["ce_time"],
        "sequence": 1,
        "partnership": "wandsworth",
        "correlationid": str(REFERRAL),
        "traceparent": headers["traceparent"],
        "datacontenttype": "application/json",
        "data": json.loads(record.data or b""),
    }
    assert (row.version, row.referral_id, row.partnership) == (1, REFERRAL, "wandsworth")


async def test_an_event_type_of_a_later_version_is_recorded_like_any_other(
    database_log: DatabaseLog, reader: LogReader
) -> None:
    unknown = replace(of(CASE, 1, ce_type="case.invented.v7"), data=b'{"new": [1, {"x": null}]}')
    unreadable = replace(of(CASE, 2), data=b'"not what this version expects"')

    await reader.apply(unknown, unreadable)

    assert [json.loads(row.body)["data"] for row in await pending(database_log)] == [
        {"new": [1, {"x": None}]},
        "not what this version expects",
    ]
    assert await reader.parked() == []


async def test_what_can_never_be_an_entry_is_parked_and_others_are_recorded(
    database_log: DatabaseLog, reader: LogReader
) -> None:
    too_large = replace(of(CASE, 1), data=json.dumps([1e20] * 4_000).encode())  # 22 digits each in canonical JSON

    await reader.apply(of(OTHER_CASE, 1), too_large, of(CASE, 2), of(OTHER_CASE, 2))

    assert [row.version for row in await pending(database_log)] == [1, 2]
    assert await reader.parked() == [(1, "NotRecordable"), (2, "behind")]


async def test_versions_stay_in_order_when_a_gap_closes_within_a_batch(
    database_log: DatabaseLog, reader: LogReader
) -> None:
    await reader.apply(of(CASE, 1), of(CASE, 3), of(CASE, 4))

    await reader.apply(of(OTHER_CASE, 1), of(CASE, 2), of(CASE, 5))

    versions = [row.version for row in await pending(database_log) if row.referral_id == REFERRAL]
    assert versions == [1, 2, 3, 4, 5]


async def test_a_message_read_twice_is_recorded_once(database_log: DatabaseLog, reader: LogReader) -> None:
    await reader.apply(of(CASE, 1), of(CASE, 2))

    await reader.apply(of(CASE, 1), of(CASE, 2), of(CASE, 3))

    assert [row.version for row in await pending(database_log)] == [1, 2, 3]


async def test_what_was_read_is_signed_and_verifies(database_log: DatabaseLog, reader: LogReader) -> None:
    await reader.apply(of(CASE, 1), of(OTHER_CASE, 1), of(CASE, 2))

    await database_log.advance()

    copy = await database_log.copy()
    assert verify_public(copy, Trusted(copy.key)).size == 3
    assert await pending(database_log) == []


async def test_the_trace_of_an_event_reaches_the_log(
    database_log: DatabaseLog, reader: LogReader, spans: InMemorySpanExporter
) -> None:
    await reader.apply(of(CASE, 1, traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))

    (span,) = [span for span in spans.get_finished_spans() if span.name == "process case.closed.v1"]
    assert span.context is not None
    assert f"{span.context.trace_id:032x}" == "0af7651916cd43dd8448eb211c80319c"
    assert span.parent is not None
    assert f"{span.parent.span_id:016x}" == "b7ad6b7169203331"
