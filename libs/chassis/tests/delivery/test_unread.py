"""What a reader does not know or handle is followed and never parked; a later edition of it can be given it."""

from dataclasses import replace

import pytest
from delivery_examples import CASE, REFERRAL, SUBJECT
from prometheus_client import REGISTRY
from sqlalchemy import text

from chassis.db import Database
from chassis.delivery import republish
from chassis.delivery.failures import FIRST_PAUSE
from chassis.delivery.messages import Handler, Record, Subscriptions
from chassis.testing.delivery import NOW, Reader, message
from contracts.events import EVENTS, CaseClosed, Event
from contracts.topics import TRIAGE

OLDER = {event_type: event for event_type, event in EVENTS.items() if event is not CaseClosed}


class OlderReader(Reader):
    """An edition of the reader whose contracts lack ``case.closed.v1``; ``upgraded`` becomes today's."""

    known: dict[str, type[Event]] = OLDER

    @property
    def subscriptions(self) -> Subscriptions:
        handlers: dict[type[Event], Handler] = {CaseClosed: self._handle} if CaseClosed.TYPE in self.known else {}
        return Subscriptions((TRIAGE,), handlers, known=self.known)

    def upgrade(self) -> None:
        self.known = dict(EVENTS)
        self.attempts._subscriptions = self.subscriptions


@pytest.fixture
async def older(db: Database) -> OlderReader:
    made = OlderReader(db)
    await made.start()
    return made


def of(*versions: int) -> list[Record]:
    return [message(CASE, version, referral_id=REFERRAL) for version in versions]


async def want(db: Database, event_type: str = CaseClosed.TYPE) -> None:
    async with db.transaction() as tx:
        await republish.backfill(tx, event_type, reason="the new edition shows it", by="operator-1", now=NOW)


async def applied(db: Database) -> list[tuple[int, list[int] | None]]:
    async with db.transaction() as tx:
        return [(row.version, row.unread) for row in await tx.execute(text("SELECT version, unread FROM applied"))]


def unknown() -> float:
    return REGISTRY.get_sample_value("frontdoor_messages_unknown_total", {"topic": TRIAGE.name}) or 0.0


async def test_a_type_that_is_not_known_is_followed_and_counted(older: OlderReader, db: Database) -> None:
    before = unknown()
    await older.apply(*of(1, 2), replace(of(3)[0], data=b"\xff not even JSON"))

    assert await older.parked() == []
    assert await applied(db) == [(3, [1, 2, 3])]
    assert unknown() - before == 3


async def test_a_type_that_nothing_here_handles_is_followed_whatever_it_holds(reader: Reader, db: Database) -> None:
    before = unknown()
    await reader.apply(
        message(CASE, 1, referral_id=REFERRAL, ce_type="case.rated.v1"),  # its value is not that of case.rated
        *of(2),
    )

    assert await reader.effects() == [(SUBJECT, 2)]
    assert await reader.parked() == []
    assert await applied(db) == [(2, [1])]
    assert unknown() == before


async def test_a_gap_between_unknown_versions_is_a_gap(older: OlderReader) -> None:
    await older.apply(*of(1, 3))

    assert await older.parked() == [(3, "gap")]


async def test_published_again_it_takes_effect_once_when_the_reader_knows_it_and_somebody_wanted_it(
    older: OlderReader, db: Database
) -> None:
    first = of(1, 2, 3)
    await older.apply(*first)
    await want(db)
    await older.apply(*first)  # still the older edition
    unread = await older.effects()

    older.upgrade()
    await older.apply(*first, *first, *of(4))
    await older.apply(*first)

    assert unread == []
    assert await older.effects() == [(SUBJECT, version) for version in (1, 2, 3, 4)]
    assert await applied(db) == [(4, None)]


async def test_nobody_wanted_it_so_what_comes_again_by_chance_has_no_effect(older: OlderReader, db: Database) -> None:
    first = of(1, 2)
    await older.apply(*first)
    await want(db, "case.opened.v1")

    older.upgrade()
    await older.apply(*first, *of(3))

    assert await older.effects() == [(SUBJECT, 3)]
    assert await applied(db) == [(3, [1, 2])]


async def test_what_is_caught_up_on_waits_like_everything_else_of_a_blocked_key(older: OlderReader) -> None:
    first = of(1, 2)
    await older.apply(*first)
    await want(older.db)
    older.upgrade()
    older.broken = {(SUBJECT, 1): KeyError()}

    await older.apply(*first, *of(3))
    held = await older.parked()
    older.broken = {}
    older.clock.advance(FIRST_PAUSE)
    await older.resolve()

    assert held == [(1, "KeyError"), (2, "behind"), (3, "behind")]
    assert await older.effects() == [(SUBJECT, 1), (SUBJECT, 2), (SUBJECT, 3)]


async def test_a_version_that_was_given_up_is_not_caught_up_on(older: OlderReader, db: Database) -> None:
    older.upgrade()
    older.wrong = {(SUBJECT, 1)}
    first = of(1)
    await older.apply(*first)
    async with db.transaction() as tx:
        await tx.execute(text("UPDATE parked SET asked = 'discard', asked_by = 'operator-1'"))
    await older.resolve()
    await want(db)

    older.wrong = set()
    await older.apply(*first)

    assert await older.effects() == []
