"""However deliveries, gaps, wrong and failing messages, releases and discards interleave, the promise holds."""

import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from chassis.db import Database, DatabaseUnavailable
from chassis.delivery.attempts import Ended
from chassis.delivery.messages import Record
from chassis.delivery.requests import Act, EarlierWait, Filter
from chassis.testing.clock import SettableClock
from chassis.testing.delivery import Reader, message

AGGREGATES = range(3)
"""The first two belong to one referral, so to one key."""

MOST = 8
"""Versions of each aggregate."""

RELEASE = Act.release(reason="looked into it", by="operator-1")
DISCARD = Act.discard(reason="looked into it", by="operator-1")
WITH_EARLIER = Act.discard(reason="looked into it", by="operator-1", with_earlier=True)

which = st.integers(0, 2)
soon = st.tuples(which, st.integers(1, 2))
"""An aggregate, and how many events from now."""

step = st.one_of(
    st.tuples(st.just("deliver"), st.lists(which, min_size=1, max_size=5)),
    st.tuples(st.just("deliver"), st.lists(which, min_size=1, max_size=5)),
    st.tuples(st.just("lose"), which),
    st.tuples(st.just("break_a_rule"), soon),
    st.tuples(st.just("break_our_code"), soon),
    st.tuples(st.just("discard"), st.integers(0, 9)),
    st.tuples(st.just("discard_with_earlier"), st.integers(0, 9)),
    st.tuples(st.just("publish_again"), which),
    st.tuples(st.just("repeat"), st.lists(st.tuples(which, st.integers(1, MOST)), min_size=1, max_size=4)),
    st.tuples(st.just("release"), st.integers(0, 9)),
    st.tuples(st.just("mend"), st.none()),
    st.tuples(st.just("let_time_pass"), st.integers(1, 4000)),
    st.tuples(st.just("take_the_database_away"), st.tuples(which, st.integers(1, 3))),
)


class Away:
    """A clock whose first looks meet a database that is away."""

    def __init__(self, clock: SettableClock, times: int) -> None:
        self._clock = clock
        self._left = times

    def now(self) -> datetime:
        self._left -= 1
        if self._left >= 0:
            raise DatabaseUnavailable
        return self._clock.now()


@dataclass
class World:
    """Owners with their event tables, and one reader."""

    reader: Reader
    cases: list[uuid.UUID] = field(default_factory=lambda: [uuid.uuid4() for _ in AGGREGATES])
    heads: Counter[int] = field(default_factory=Counter)
    records: dict[tuple[int, int], Record] = field(default_factory=dict)
    _blocked: dict[int, int] = field(default_factory=dict)
    """Wrong and failing messages at the last look -> how much of their key had taken effect."""

    def __post_init__(self) -> None:
        referrals = [self.cases[0], self.cases[0], self.cases[2]]
        for nth in AGGREGATES:
            for number in range(1, MOST + 1):
                self.records[nth, number] = message(self.cases[nth], number, referral_id=referrals[nth])

    @property
    def subjects(self) -> list[str]:
        return [f"case/{case}" for case in self.cases]

    def next_of(self, nth: int) -> list[Record]:
        """The record of the owner's next event, if it has one left."""
        if self.heads[nth] == MOST:
            return []
        self.heads[nth] += 1
        return [self.records[nth, self.heads[nth]]]

    async def deliver(self, aggregates: list[int]) -> None:
        await self._apply([record for nth in aggregates for record in self.next_of(nth)])

    async def lose(self, nth: int) -> None:
        self.next_of(nth)

    async def repeat(self, places: list[tuple[int, int]]) -> None:
        await self._apply([self.records[nth, number] for nth, number in places if number <= self.heads[nth]])

    async def publish_again(self, nth: int) -> None:
        await self._apply([self.records[nth, number] for number in range(1, self.heads[nth] + 1)])

    async def break_a_rule(self, place: tuple[int, int]) -> None:
        self.reader.wrong.add((self.subjects[place[0]], self.heads[place[0]] + place[1]))

    async def break_our_code(self, place: tuple[int, int]) -> None:
        self.reader.broken[self.subjects[place[0]], self.heads[place[0]] + place[1]] = KeyError()

    async def mend(self, _: None = None) -> None:
        self.reader.wrong.clear()
        self.reader.broken.clear()

    async def let_time_pass(self, seconds: int) -> None:
        self.reader.clock.advance(timedelta(seconds=seconds))
        await self.reader.resolve()

    async def take_the_database_away(self, event_and_times: tuple[int, int]) -> None:
        nth, times = event_and_times
        self.reader.attempts._clock = Away(self.reader.clock, times)
        await self.deliver([nth])
        self.reader.attempts._clock = self.reader.clock

    async def release(self, nth: int) -> None:
        await self._operate(RELEASE, nth)

    async def discard(self, nth: int) -> None:
        await self._operate(DISCARD, nth)

    async def discard_with_earlier(self, nth: int) -> None:
        await self._operate(WITH_EARLIER, nth)

    async def _apply(self, records: list[Record]) -> None:
        if records:
            assert await self.reader.apply(*records) is Ended.APPLIED

    async def _operate(self, act: Act, nth: int) -> None:
        rows = [row for row in await self.rows() if row.settled_at is None]
        if not rows:
            return
        try:
            await self.reader.request(act, Filter(id=rows[nth % len(rows)].id))
        except EarlierWait:
            event("a discard was refused")
        await self.reader.resolve()

    async def rows(self) -> list[Any]:
        query = text("SELECT * FROM parked WHERE aggregate = ANY(:subjects) ORDER BY id")
        async with self.reader.db.transaction() as tx:
            return list(await tx.execute(query, {"subjects": self.subjects}))

    async def effects(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for aggregate, number in await self.reader.effects():
            if aggregate in self.subjects:
                found[aggregate].append(number)
        return found

    async def in_effect(self) -> dict[str, int]:
        query = text("SELECT aggregate, version FROM applied WHERE aggregate = ANY(:subjects)")
        async with self.reader.db.transaction() as tx:
            return {row.aggregate: row.version for row in await tx.execute(query, {"subjects": self.subjects})}

    async def check(self) -> None:
        """What holds at every instant."""
        effects, rows, in_effect = await self.effects(), await self.rows(), await self.in_effect()
        self._check_versions(effects, rows, in_effect)
        waiting = [row for row in rows if row.settled_at is None]
        self._check_waiting(waiting)
        self._check_blocked(effects, waiting)

    def _check_versions(self, effects: dict[str, list[int]], rows: list[Any], in_effect: dict[str, int]) -> None:
        for numbers in effects.values():
            assert numbers == sorted(set(numbers)), "each version takes effect once, in order"
        discarded = {(row.aggregate, row.version) for row in rows if row.settled_as == "discarded"}
        for aggregate, newest in in_effect.items():
            known = {*effects[aggregate], *(number for name, number in discarded if name == aggregate)}
            assert known >= set(range(1, newest + 1)), "no version is lost without a discard on record"
        for row in rows:
            dropped = row.settled_as in ("repeated", "applied")
            assert not dropped or row.version <= in_effect.get(row.aggregate, 0), "only what is in effect is dropped"

    def _check_waiting(self, waiting: list[Any]) -> None:
        for key in {row.key for row in waiting}:
            of_key = [row.error_class for row in waiting if row.key == key]
            assert set(of_key) != {"behind"}, "what waits, waits for something"
        due = [row for row in waiting if row.next_try_at and row.next_try_at <= self.reader.clock.now()]
        assert due == [], "what is due was tried"

    def _check_blocked(self, effects: dict[str, list[int]], waiting: list[Any]) -> None:
        """While one message of a key is wrong or failing, nothing of that key takes effect."""
        now = {
            row.id: sum(len(effects[subject]) for subject in self._subjects_of(row.key))
            for row in waiting
            if row.error_class not in ("gap", "behind")
        }
        for row_id in now.keys() & self._blocked.keys():
            assert now[row_id] == self._blocked[row_id], "a blocked key stays blocked"
        self._blocked = now

    def _subjects_of(self, key: bytes) -> list[str]:
        return self.subjects[:2] if key == str(self.cases[0]).encode() else self.subjects[2:]

    async def mend_everything(self) -> None:
        """The rules and our code are mended, owners publish again, operators release what is left."""
        await self.mend()
        await self.let_time_pass(7200)
        for nth in AGGREGATES:
            await self.publish_again(nth)
        await self.reader.request(RELEASE, Filter(reason="Wrong"))
        await self.reader.resolve()
        for nth in AGGREGATES:
            await self.publish_again(nth)

    async def check_the_end(self) -> None:
        """What holds once everything is mended."""
        rows, effects = await self.rows(), await self.effects()
        discarded = {(row.aggregate, row.version) for row in rows if row.settled_as == "discarded"}
        assert [row for row in rows if row.settled_at is None] == []
        for nth, subject in enumerate(self.subjects):
            missing = set(range(1, self.heads[nth] + 1)) - set(effects[subject])
            assert {(subject, number) for number in missing} <= discarded
        acts = text(
            "SELECT count(*) FROM event WHERE headers ->> 'ce_type' = 'parked.discarded.v1' AND key = ANY(:keys)"
        )
        async with self.reader.db.transaction() as tx:
            recorded = await tx.scalar(acts, {"keys": [str(case).encode() for case in self.cases]})
        assert recorded == sum(1 for row in rows if row.settled_as == "discarded")


@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(step, min_size=12, max_size=40))
async def test_every_version_takes_effect_once_in_order_or_is_given_up_on_record(
    db: Database, steps: list[tuple[str, Any]]
) -> None:
    reader = Reader(db)
    async with db.transaction() as tx:
        await tx.execute(text("INSERT INTO position VALUES ('triage.v1', 0, 0) ON CONFLICT DO NOTHING"))
        await tx.execute(text("UPDATE position SET next_offset = 0"))
    world = World(reader)

    for what, argument in steps:
        event(what)
        await getattr(world, what)(argument)
        await world.check()
    await world.mend_everything()
    await world.check()

    await world.check_the_end()
