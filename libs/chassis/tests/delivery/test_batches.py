"""Messages of many keys are handled together, and the database is as if each had been handled alone, in order."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import text

from chassis.db import Database, Transaction
from chassis.delivery.messages import Batched, Handler, Message, Record, Subscriptions
from chassis.tasks import Stop
from chassis.telemetry.together import Work
from chassis.telemetry.together import spans as spans_of
from chassis.testing.delivery import NOW, Reader, Wrong, closed, message_of
from chassis.testing.statements import counted
from contracts.codes import CaseNews
from contracts.events import CaseClosed, CaseInformed, CaseReopened, CaseReturned, Event, QuestionAnswered
from contracts.topics import TRIAGE

KINDS = 5
"""Of events: the first two have one handler of many messages, the third another, the fourth one for each message."""
HOUR = timedelta(hours=1)


def event(kind: int, case_id: uuid.UUID, referral_id: uuid.UUID) -> Event:
    of = {"case_id": case_id, "referral_id": referral_id}
    some = uuid.UUID(int=9)
    match kind:
        case 0:
            return closed(**of)
        case 1:
            return CaseReopened(
                **of, reopened_at=NOW, immediate_danger=False, decision_due_at=NOW, policy_version="wandsworth-1"
            )
        case 2:
            return QuestionAnswered(**of, question_id=some, supplement_id=some, answered_at=NOW)
        case 3:
            return CaseReturned(**of, child_id=some, recommendation_id=some, returned_by="manager", returned_at=NOW)
        case _:
            return CaseInformed(
                **of, news=CaseNews.ANSWER, edition=2, immediate_danger=False, child_ids=(), informed_at=NOW
            )


@dataclass
class Together(Reader):
    """A reader that handles some kinds of messages together, one kind alone, and does not handle the last kind."""

    groups: list[list[Message]] = field(default_factory=list)

    @property
    def subscriptions(self) -> Subscriptions:
        steps, answers = Batched(self._handle_all), Batched(self._handle_all)
        handlers: dict[type[Event], Handler] = {CaseClosed: steps, CaseReopened: steps, QuestionAnswered: answers}
        return Subscriptions((TRIAGE,), handlers | {CaseReturned: self._handle})

    async def _handle_all(self, tx: Transaction, messages: Sequence[Message], now: datetime) -> None:
        self.groups.append(list(messages))
        keys = [one.envelope.key for one in messages]
        assert len(set(keys)) == len(keys), "no two are of one key"
        places = [(one.envelope.subject, one.envelope.sequence) for one in messages]
        columns = {"aggregates": [place[0] for place in places], "versions": [place[1] for place in places]}
        await tx.execute(
            text(
                """INSERT INTO effect (aggregate, version)
                   SELECT * FROM unnest(CAST(:aggregates AS text[]), CAST(:versions AS integer[]))"""
            ),
            columns,
        )
        if any(place in self.wrong for place in places):
            raise Wrong
        for place in places:
            if place in self.broken:
                raise self.broken[place]

    @property
    def sizes(self) -> list[int]:
        """How many messages each call of a handler of many got."""
        return [len(group) for group in self.groups]


class Alone(Reader):
    """The same reader with a handler for each message."""

    @property
    def subscriptions(self) -> Subscriptions:
        kinds = (CaseClosed, CaseReopened, QuestionAnswered, CaseReturned)
        return Subscriptions((TRIAGE,), dict.fromkeys(kinds, self._handle))


@pytest.fixture
async def together(db: Database) -> Together:
    made = Together(db)
    await made.start()
    return made


def of(number: int, version: int, *, kind: int = 0, **headers: str) -> Record:
    """A message of the case and referral of a number."""
    return message_of(event(kind, uuid.UUID(int=number), uuid.UUID(int=1000 + number)), version, **headers)


def subject(number: int) -> str:
    return f"case/{uuid.UUID(int=number)}"


# -- groups ---------------------------------------------------------------------------------------------------------


async def test_messages_of_different_keys_reach_their_handler_together(together: Together) -> None:
    await together.apply(*(of(number, 1, kind=number % 2) for number in range(1, 301)))

    assert together.sizes == [300]
    assert await together.effects() == [(subject(number), 1) for number in range(1, 301)]


async def test_a_mixed_batch_makes_few_large_groups(together: Together) -> None:
    """Three messages of each of a hundred keys, and two of a hundred others between them."""
    first = [of(number, version, kind=kind) for number in range(1, 101) for version, kind in ((1, 0), (2, 2), (3, 3))]
    others = [of(number, version, kind=kind) for number in range(101, 201) for version, kind in ((1, 2), (2, 1))]

    await together.apply(*(one for pair in zip(first, [*others, *others[:100]], strict=True) for one in pair))

    assert sorted(together.sizes) == [100, 100, 100, 100]


async def test_messages_of_one_key_are_handled_in_the_order_read(together: Together) -> None:
    await together.apply(of(1, 1), of(1, 2, kind=3), of(2, 1, kind=2), of(1, 3, kind=2), of(1, 4))

    of_first = [place for place in await together.effects() if place[0] == subject(1)]
    assert of_first == [(subject(1), version) for version in (1, 2, 3, 4)]
    assert together.sizes == [1, 1, 1, 1]


async def test_an_aggregate_that_is_named_under_two_keys_is_handled_in_its_order_too(together: Together) -> None:
    case = uuid.UUID(int=1)

    await together.apply(
        of(2, 1), message_of(event(2, case, uuid.UUID(int=7)), 1), message_of(event(0, case, uuid.UUID(int=8)), 2)
    )

    assert [place for place in await together.effects() if place[0] == subject(1)] == [(subject(1), 1), (subject(1), 2)]


async def test_statements_do_not_grow_with_the_messages(together: Together, db: Database) -> None:
    sent = []
    for numbers in (range(1, 3), range(3, 203)):
        with counted(db) as statements:
            await together.attempts.apply(together.batch(*(of(number, 1) for number in numbers)), Stop())
        together.offset += len(numbers)
        sent.append(len(statements))

    assert sent[0] == sent[1]


# -- failures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [None, KeyError(), SystemExit(1)], ids=["wrong", "failing", "leaving"])
async def test_one_bad_message_of_a_group_stops_its_key_alone(together: Together, error: BaseException | None) -> None:
    if error is None:
        together.wrong = {(subject(2), 1)}
    else:
        together.broken = {(subject(2), 1): error}

    await together.apply(*(of(number, version) for version in (1, 2) for number in (1, 2, 3)))

    assert sorted(await together.effects()) == [(subject(number), version) for number in (1, 3) for version in (1, 2)]
    assert [version for version, _ in await together.parked()] == [1, 2]
    assert together.sizes[-1] == 1, "with care each is handled alone"


async def test_a_value_that_cannot_be_read_stops_its_key_alone(together: Together) -> None:
    broken = of(2, 1)
    await together.apply(of(1, 1), Record(**{**vars(broken), "data": b"{}"}), of(3, 1))

    assert sorted(await together.effects()) == [(subject(1), 1), (subject(3), 1)]
    assert await together.parked() == [(1, "Invalid")]


async def test_what_was_parked_goes_through_the_same_handler(together: Together) -> None:
    together.broken = {(subject(1), 1): KeyError()}
    await together.apply(of(1, 1), of(1, 2, kind=2))
    together.broken = {}

    together.clock.advance(HOUR)
    await together.resolve()

    assert await together.effects() == [(subject(1), 1), (subject(1), 2)]
    assert await together.parked() == []


# -- traces ---------------------------------------------------------------------------------------------------------


async def test_each_message_of_a_group_has_a_span_of_its_own_in_its_senders_trace(
    together: Together, spans: InMemorySpanExporter
) -> None:
    parents = {number: f"00-{number:032x}-{number:016x}-01" for number in (1, 2)}

    await together.apply(*(of(number, 1, traceparent=parents[number]) for number in (1, 2)))

    left = sorted(spans.get_finished_spans(), key=lambda span: span.context.trace_id)
    (group,) = together.groups
    assert {span.name for span in left} == {"process case.closed.v1"}
    assert [(span.context.trace_id, span.parent and span.parent.span_id) for span in left] == [(1, 1), (2, 2)]
    assert [one.context(source="triage", now=NOW).traceparent for one in group] == [
        f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}-01" for span in left
    ]


def test_a_failure_marks_every_span_of_what_was_done_together(spans: InMemorySpanExporter) -> None:
    works = [Work("process case.closed.v1", None, {"event_type": "case.closed.v1"})] * 2

    with pytest.raises(KeyError), spans_of(works):
        raise KeyError

    left = spans.get_finished_spans()
    assert [span.attributes["error.type"] for span in left if span.attributes] == ["KeyError"] * 2
    assert len({span.context.trace_id for span in left}) == 2


# -- however batches are made ---------------------------------------------------------------------------------------

Place = tuple[int, int, int]
"""A referral, a case of it, a version."""

step = st.tuples(
    st.integers(0, 2),
    st.integers(0, 1),
    st.integers(0, KINDS - 1),
    st.sampled_from(["next", "next", "next", "next", "next", "again", "lose"]),
)
batches = st.lists(st.lists(step, min_size=1, max_size=14), min_size=1, max_size=4)
bad = st.dictionaries(
    st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(1, 4)), st.sampled_from([None, KeyError()]), max_size=2
)


@dataclass
class World:
    """One reader of the same messages as the others', with ids of its own."""

    reader: Reader
    referrals: list[uuid.UUID] = field(default_factory=lambda: [uuid.uuid4() for _ in range(3)])
    cases: list[list[uuid.UUID]] = field(default_factory=lambda: [[uuid.uuid4(), uuid.uuid4()] for _ in range(3)])
    sent: dict[tuple[int, int], list[Record]] = field(default_factory=lambda: defaultdict(list))

    def record(self, referral: int, case: int, kind: int, what: str) -> list[Record]:
        """The next message of a case; the last one again; or none, though there was one."""
        sent = self.sent[referral, case]
        if what == "again":
            return sent[-1:]
        sent.append(message_of(event(kind, self.cases[referral][case], self.referrals[referral]), len(sent) + 1))
        return [] if what == "lose" else sent[-1:]

    def spoil(self, places: dict[Place, BaseException | None]) -> None:
        for (referral, case, version), error in places.items():
            where = (f"case/{self.cases[referral][case]}", version)
            if error is None:
                self.reader.wrong.add(where)
            else:
                self.reader.broken[where] = error

    async def effects(self) -> dict[int, list[tuple[int, int]]]:
        """By referral: cases and versions in the order in which they took effect."""
        names = self._names()
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for aggregate, version in await self.reader.effects():
            if aggregate in names:
                found[names[aggregate][0]].append((names[aggregate][1], version))
        return found

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows that begin with an aggregate of this world."""
        names = self._names()
        async with self.reader.db.transaction() as tx:
            rows = [tuple(row) for row in await tx.execute(text(query))]
        return [(*names[row[0]], *row[1:]) for row in rows if row[0] in names]

    def _names(self) -> dict[str, tuple[int, int]]:
        return {f"case/{case}": (nth, at) for nth, cases in enumerate(self.cases) for at, case in enumerate(cases)}


PARKED = "SELECT aggregate, version, error_class, settled_as, attempts FROM parked ORDER BY id"
APPLIED = "SELECT aggregate, version, unread FROM applied"


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(batches=batches, bad=bad)
async def test_whatever_is_batched_the_database_is_as_if_each_message_had_been_handled_alone(
    db: Database, batches: list[list[tuple[int, int, int, str]]], bad: dict[Place, BaseException | None]
) -> None:
    batched, in_batches, one_by_one = World(Together(db)), World(Alone(db)), World(Alone(db))
    for world in (batched, in_batches, one_by_one):
        await begin(db)
        world.spoil(bad)
        for batch in batches:
            records = [record for step in batch for record in world.record(*step)]
            for part in [[record] for record in records] if world is one_by_one else [records]:
                if part:
                    await world.reader.apply(*part)

    assert await batched.effects() == await in_batches.effects() == await one_by_one.effects()
    assert await batched.rows(PARKED) == await in_batches.rows(PARKED)
    in_effect = [sorted(await world.rows(APPLIED), key=str) for world in (batched, in_batches, one_by_one)]
    assert in_effect[0] == in_effect[1] == in_effect[2]


async def begin(db: Database) -> None:
    """Read from the first offset again."""
    async with db.transaction() as tx:
        await tx.execute(text("INSERT INTO position VALUES ('triage.v1', 0, 0) ON CONFLICT DO NOTHING"))
        await tx.execute(text("UPDATE position SET next_offset = 0"))
