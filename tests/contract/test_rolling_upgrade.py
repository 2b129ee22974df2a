"""A newer writer never blocks an older reader: today's events through the tables of readers that were published.

Each edition's readers are kept under ``published/readers``, as ``readers_now`` writes them: what its contracts know,
and which types each service handles (null: every one, unread).
"""

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from chassis.db import Database, Transaction
from chassis.delivery.applying import Batch
from chassis.delivery.attempts import Attempts, Ended
from chassis.delivery.messages import Message, Record, Subscriptions
from chassis.run.provision import DatabaseUrls
from chassis.tasks import Stop
from chassis.testing.clock import SettableClock
from contracts.envelope import Envelope
from contracts.events import EVENTS, Event
from contracts.topics import TOPICS, topic_of
from tests.contract.test_messages import example
from tests.contract.test_topics import NOW as LANDSCAPE

PUBLISHED = Path(__file__).parent / "published" / "readers"
NOW = datetime(2026, 11, 29, 10, 0, tzinfo=UTC)
OF_TOMORROW = "tomorrow"
EDITIONS = sorted(path.stem for path in PUBLISHED.glob("*.json"))
READERS = sorted(LANDSCAPE.reads)


def edition(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((PUBLISHED / f"{name}.json").read_text("utf-8"))
    return read


def readers_now() -> dict[str, Any]:
    """Today's edition, as it is kept when it is published."""
    readers = {
        name: {
            "topics": sorted(topic.name for topic in reads.topics),
            "handles": None if reads.every is not None else sorted(event.TYPE for event in reads.handlers),
        }
        for name, reads in LANDSCAPE.reads.items()
    }
    return {"knows": sorted(EVENTS), "readers": readers}


class Older:
    """A reader of an earlier edition: its tables, with handlers that note what they were given."""

    def __init__(self, published: dict[str, Any], reader: str) -> None:
        self.table = published["readers"][reader]
        self.known = {name: EVENTS[name] for name in published["knows"]}
        self.handled: Counter[str] = Counter()

    @property
    def subscriptions(self) -> Subscriptions:
        topics = tuple(topic for topic in TOPICS if topic.name in self.table["topics"])
        if self.table["handles"] is None:
            return Subscriptions(topics, every=self._note_all, known=self.known)
        handlers = {EVENTS[name]: self._note for name in self.table["handles"]}
        return Subscriptions(topics, handlers, known=self.known)

    async def _note(self, _tx: Transaction, message: Message, _now: datetime) -> None:
        assert message.event is not None
        self.handled[message.envelope.type] += 1

    async def _note_all(self, _tx: Transaction, messages: Sequence[Message], _now: datetime) -> None:
        self.handled.update(message.envelope.type for message in messages)


def todays_events(topics: Sequence[str]) -> Iterator[Record]:
    """Every stored message of these topics, each followed by one of a type that nobody knows yet, and sent again."""
    versions: Counter[str] = Counter()
    for event_type in sorted(EVENTS):
        topic = topic_of(event_type).name
        if topic in topics:
            event = EVENTS[event_type].read(json.dumps(example(event_type)).encode())
            for _ in range(2):
                yield _sent(event, event_type, versions)
                yield _sent(event, f"{event_type.partition('.')[0]}.{OF_TOMORROW}.v1", versions)


def _sent(event: Event, event_type: str, versions: Counter[str]) -> Record:
    subject, topic = event.subject, topic_of(event.TYPE)
    versions[subject] += 1
    envelope = Envelope(
        id=uuid4(),
        source=sorted(topic.owners)[0],
        type=event_type,
        subject=subject,
        time=NOW,
        sequence=versions[subject],
        partnership="wandsworth",
        correlation_id=event.correlation,
    )
    data = b'{"of":"tomorrow"}' if OF_TOMORROW in event_type else event.to_json()
    return Record(topic.name, 0, 0, envelope.key, tuple(envelope.to_headers()), data)


async def apply(db: Database, reads: Subscriptions, records: Sequence[Record]) -> Ended:
    """One batch of all of them, as the consumer applies it."""
    counts = Counter(record.topic for record in records)
    offsets: Counter[str] = Counter()
    placed = []
    for record in records:
        placed.append(replace(record, offset=offsets[record.topic]))
        offsets[record.topic] += 1
    async with db.transaction() as tx:
        for topic in counts:
            await tx.execute(text("INSERT INTO position VALUES (:topic, 0, 0)"), {"topic": topic})

    async def wait(_: float) -> None:
        raise AssertionError("the database failed")

    batch = Batch(placed, {(topic, 0): 0 for topic in counts}, {(topic, 0): count for topic, count in counts.items()})
    return await Attempts(db, reads, SettableClock(NOW), wait=wait).apply(batch, Stop())


async def rows(db: Database, query: str) -> list[tuple[Any, ...]]:
    async with db.transaction() as tx:
        return [tuple(row) for row in await tx.execute(text(query))]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", EDITIONS)
async def test_todays_events_are_applied_or_followed_by_yesterdays_readers(
    migrated_database: Callable[[str], Awaitable[DatabaseUrls]], name: str, reader: str
) -> None:
    db = Database.connect((await migrated_database("chassis.testing")).app_url)
    older = Older(edition(name), reader)
    records = list(todays_events(older.table["topics"]))
    newest = Counter(dict(record.headers)["ce_subject"] for record in records)

    ended = await apply(db, older.subscriptions, records)

    assert ended is Ended.APPLIED
    assert await rows(db, "SELECT error_class, headers ->> 'ce_type' FROM parked") == []
    in_effect = dict(await rows(db, "SELECT aggregate, version FROM applied"))
    assert in_effect == {(subject or b"").decode(): count for subject, count in newest.items()}
    handles = older.table["handles"]
    assert set(older.handled) == (_types(records) if handles is None else set(handles))
    assert all(count >= 2 for count in older.handled.values())
    await db.close()


def _types(records: Sequence[Record]) -> set[str]:
    return {(dict(record.headers)["ce_type"] or b"").decode() for record in records}


@pytest.mark.parametrize("name", EDITIONS)
def test_what_was_published_is_a_part_of_what_is_known_today(name: str) -> None:
    published = edition(name)

    assert set(published["knows"]) <= set(EVENTS)
    assert set(published["readers"]) == set(READERS)
    assert all(set(table["handles"] or ()) <= set(published["knows"]) for table in published["readers"].values())


def test_there_is_something_that_yesterdays_readers_do_not_know() -> None:
    assert set(EVENTS) - set(edition(EDITIONS[0])["knows"])


def test_todays_edition_can_be_kept_in_the_same_form() -> None:
    kept = json.loads(json.dumps(readers_now()))

    assert Older(kept, "triage").subscriptions.handlers.keys() == LANDSCAPE.reads["triage"].handlers.keys()
    assert Older(kept, "audit").subscriptions.every is not None


if __name__ == "__main__":
    print(json.dumps(readers_now(), indent=2))
