"""The door of every service: stored messages pass on their own topic; what passes can be kept, however odd it is."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError
from sqlalchemy import text

from agency_notify.subscriptions import subscriptions as agency_notify_reads
from chassis.db import Database, Transaction
from chassis.delivery import effects
from chassis.delivery.messages import Record, Subscriptions, read
from chassis.delivery.messages import parsed as parse
from chassis.ids import RandomIds
from chassis.run.provision import DatabaseUrls
from chassis.testing.clock import SettableClock
from chassis.web.sign_in import FreshSignIn
from contracts.bounds import EARLIEST, INTEGER, LATEST, MOST_ITEMS, MOST_TEXT_BYTES
from contracts.envelope import Envelope
from contracts.events import EVENTS, Event
from contracts.problems import Invalid, Problem
from contracts.topics import TOPICS, topic_of
from local_stack.checkout import PARTNERSHIPS_FOLDER
from policy.load import load_packs
from referral_intake.subscriptions import SUBSCRIPTIONS as REFERRAL_INTAKE_READS
from tests.contract.test_messages import example
from tests.contract.test_topics import NOW as LANDSCAPE
from triage.handlers import Dependencies
from triage.subscriptions import subscriptions as triage_reads

PACKS: Final = load_packs(PARTNERSHIPS_FOLDER)
NOW: Final = datetime(2026, 11, 29, 10, 0, tzinfo=UTC)
READERS: Final = ("referral_intake", "triage", "agency_notify")
REFERRAL, CASE, CHILD, QUESTION = (UUID(int=number) for number in (1, 2, 3, 4))
KNOWN: Final = {"referral_id": REFERRAL, "case_id": CASE, "child_id": CHILD, "question_id": QUESTION}
BEFORE: Final = ("referral.received.v1", "case.opened.v1", "question.asked.v1")
Json = dict[str, Any]

_RECEIVED: Final = text(
    """INSERT INTO referral (referral_id, reference, partnership, agency, received_at, decision_expected_by,
                             immediate_danger, content_commitment)
       VALUES (:referral_id, 'WAN-7K3M-Q9TR', 'wandsworth', 'ashcroft-primary', :now, :now, false, 'ab')"""
)
_CHILD: Final = text(
    "INSERT INTO child (referral_id, child_id, place, unborn) VALUES (:referral_id, :child_id, 0, false)"
)

TIMES: Final = (EARLIEST, LATEST - timedelta(microseconds=1))
ODD_TEXTS: Final = ("", "x" * MOST_TEXT_BYTES, "\u00e9" * (MOST_TEXT_BYTES // 2), "'; --", "\U0001f600", "%s{0}\\u0000")


def as_sent(event: Event, *, topic: str, version: int = 1) -> Record:
    """A record as its owner sends it, on some topic. Raises ``Invalid`` for an aggregate that no envelope can name."""
    try:
        envelope = Envelope(
            id=uuid4(),
            source=sorted(topic_of(event.TYPE).owners)[0],
            type=event.TYPE,
            subject=event.subject,
            time=NOW,
            sequence=version,
            partnership="wandsworth",
            correlation_id=event.correlation,
        )
    except ValidationError as error:
        raise Invalid from error
    return Record(topic, 0, 0, envelope.key, tuple(envelope.to_headers()), event.to_json())


def parsed(event_type: str, data: Json) -> Event:
    """Raises ``Invalid``."""
    return EVENTS[event_type].read(json.dumps(data).encode())


@pytest.mark.parametrize("event_type", sorted(EVENTS))
def test_a_stored_message_passes_on_its_own_topic_and_on_no_other(event_type: str) -> None:
    home = topic_of(event_type)

    for topic in TOPICS:
        record = as_sent(parsed(event_type, example(event_type)), topic=topic.name)
        if topic == home:
            assert isinstance(parse(read(record), EVENTS[event_type]).event, EVENTS[event_type])
        else:
            with pytest.raises(Invalid):
                read(record)


def about_one(event_type: str) -> Json:
    """The stored message, about the one referral that every reader here knows."""
    whole = example(event_type)
    ids = {name: str(known) for name, known in KNOWN.items() if name in whole}
    if event_type == "referral.received.v1":
        whole["children"] = [{"child_id": str(CHILD), "unborn": False}]
    elif "child_ids" in whole and event_type != "case.informed.v1":
        whole["child_ids"] = [str(CHILD)]
    return {**whole, **ids}


def odd(event_type: str) -> Iterator[tuple[str, Json]]:
    """The stored message with one of its values replaced by each of the oddest that its type leaves possible."""
    whole = about_one(event_type)
    for name, value in whole.items():
        if name == "client_id":  # it is in the subject, and an envelope with an odd one cannot even be sent
            continue
        for replacement in _odd_values(value):
            yield f"{name}={str(replacement)[:20]}", {**whole, name: replacement}


def _odd_values(value: object) -> Iterator[object]:
    match value:
        case bool():
            yield not value
        case int() | float():
            yield from (0, -1, INTEGER, -INTEGER - 1)
        case str() if value.endswith("Z") and value[:2] == "20":
            yield from (at.isoformat() for at in TIMES)
        case str():
            yield from (*ODD_TEXTS, str(UUID(int=0)), str(UUID(int=2**128 - 1)))
        case list() if value:
            yield from ([], value[:1] * 2, value[:1] * MOST_ITEMS)


@pytest.fixture(scope="module")
async def databases(
    copied_database: Callable[[str], Awaitable[DatabaseUrls]],
) -> AsyncIterator[Mapping[str, Database]]:
    made = {reader: Database.connect((await copied_database(reader)).app_url) for reader in READERS}
    yield made
    for database in made.values():
        await database.close()


def subscriptions_of(reader: str, db: Database) -> Subscriptions:
    clock, ids, packs = SettableClock(NOW), RandomIds(), PACKS
    match reader:
        case "triage":
            fresh = FreshSignIn(timedelta(minutes=15))
            return triage_reads(Dependencies(db, clock, ids, packs, "https://triage.example.org", fresh))
        case "agency_notify":
            return agency_notify_reads(packs, ids)
        case _:
            return REFERRAL_INTAKE_READS


async def is_kept(db: Database, reader: str, event_type: str, data: Json) -> bool:
    """Whether a reader, which knows of the referral, keeps a message; a ``Problem`` parks it. All is rolled back."""
    reads = subscriptions_of(reader, db)
    async with db.engine.connect() as tx:
        await _introduce(tx, reader, reads, besides=event_type)
        try:
            async with tx.begin_nested():
                await _apply(tx, reads, parsed(event_type, data))
        except Problem:
            return False
    return True


async def _introduce(tx: Transaction, reader: str, reads: Subscriptions, *, besides: str) -> None:
    if reader == "referral_intake":
        await tx.execute(_RECEIVED, {"referral_id": REFERRAL, "now": NOW})
        await tx.execute(_CHILD, {"referral_id": REFERRAL, "child_id": CHILD})
    for known in BEFORE:
        if EVENTS[known] in reads.handlers and besides != known:
            await _apply(tx, reads, parsed(known, about_one(known)))


async def _apply(tx: Transaction, reads: Subscriptions, event: Event) -> None:
    await effects.handle(tx, read(as_sent(event, topic=topic_of(event.TYPE).name)), reads, NOW)


def crossings() -> Iterator[tuple[str, str]]:
    """Every reader with every event that it handles. The log keeps the bytes of all and understands none."""
    for reader, reads in LANDSCAPE.reads.items():
        yield from ((reader.replace("-", "_"), event.TYPE) for event in reads.handlers)


@pytest.mark.parametrize(("reader", "event_type"), list(crossings()))
async def test_an_odd_message_is_kept_or_parked_and_nothing_else_happens(
    databases: Mapping[str, Database], reader: str, event_type: str
) -> None:
    db, whole = databases[reader], about_one(event_type)

    outcomes = {what: await is_kept(db, reader, event_type, data) for what, data in odd(event_type)}

    assert await is_kept(db, reader, event_type, whole), "what all of them were made from"
    assert len(outcomes) > 10
