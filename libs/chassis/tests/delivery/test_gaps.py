"""Gaps: asked for until they are closed, fairly, with what their owners answered shown; nothing ends the worker."""

import asyncio
import uuid
from collections import defaultdict
from datetime import timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text

from chassis.db import Database, DatabaseUnavailable
from chassis.delivery import gaps, requests
from chassis.delivery.gaps import ASKED, FAULT, LONGEST_PAUSE, MOST_ASKED, NO_ANSWER, NO_TOKEN, PAUSE, Gap, Healer
from chassis.tasks import Stop
from chassis.testing.clock import SettableClock
from chassis.testing.delivery import NOW, Reader, message

CASES = [UUID(int=number) for number in range(1, 60)]


def aggregate(case_id: UUID) -> str:
    return f"case/{case_id}"


async def leave_gap(reader: Reader, *cases: UUID) -> None:
    """The second version arrives and the first never did."""
    await reader.apply(*(message(case_id, 2, referral_id=case_id) for case_id in cases))


class Asked:
    """Owners that say what they are made to say, and what they were asked for, in order."""

    def __init__(self, answer: str = "status-403") -> None:
        self.answers: dict[str, str | Exception] = defaultdict(lambda: answer)
        self.of: list[str] = []

    async def ask(self, gap: Gap) -> str:
        self.of.append(gap.aggregate)
        answer = self.answers[gap.aggregate]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOW)


@pytest.mark.parametrize("answer", ["status-403", "status-404", "status-503", "nothing-to-send", ASKED])
async def test_an_answer_closes_no_gap_and_is_shown(
    reader: Reader, db: Database, clock: SettableClock, answer: str
) -> None:
    await leave_gap(reader, CASES[0])
    asked = Asked(answer)
    healer = Healer(db, asked.ask, clock)

    clock.advance(timedelta(seconds=90))
    await healer.round(Stop())

    tried = healer.tried[aggregate(CASES[0])]
    assert (tried.answer, tried.tries, tried.last_tried) == (answer, 1, NOW + timedelta(seconds=90))
    assert tried.gap == Gap(aggregate(CASES[0]), "triage", 0, since=NOW)
    assert REGISTRY.get_sample_value("frontdoor_gaps_by_answer", {"answer": answer}) == 1
    async with db.transaction() as tx:
        [shown] = await requests.list_parked(tx)
    assert (shown["state"], shown["place"]) == ("gap", answer)


async def test_only_the_version_that_was_missing_closes_a_gap(
    reader: Reader, db: Database, clock: SettableClock
) -> None:
    await leave_gap(reader, CASES[0])
    healer = Healer(db, Asked(ASKED).ask, clock)
    await healer.round(Stop())

    await reader.apply(message(CASES[0], 1, referral_id=CASES[0]))
    await healer.round(Stop())

    assert healer.tried == {}
    assert await reader.parked() == []
    assert REGISTRY.get_sample_value("frontdoor_gaps_by_answer", {"answer": ASKED}) is None


async def test_a_gap_that_stays_is_asked_for_after_pauses_that_double_up_to_a_bound(
    reader: Reader, db: Database, clock: SettableClock
) -> None:
    await leave_gap(reader, CASES[0])
    asked = Asked()
    healer = Healer(db, asked.ask, clock)
    asked_at = []

    for _ in range(200):
        before = len(asked.of)
        await healer.round(Stop())
        if len(asked.of) > before:
            asked_at.append(clock.now())
        clock.advance(timedelta(seconds=5))

    pauses = [later - earlier for earlier, later in pairwise(asked_at)]
    assert pauses[:5] == [PAUSE * 2**n for n in range(5)]
    assert set(pauses[5:]) == {LONGEST_PAUSE}


async def test_gaps_that_stay_keep_no_other_from_being_asked_for(
    reader: Reader, db: Database, clock: SettableClock
) -> None:
    stuck, late = CASES[: MOST_ASKED + 5], CASES[MOST_ASKED + 5]
    await leave_gap(reader, *stuck)
    asked = Asked()
    healer = Healer(db, asked.ask, clock)

    await healer.round(Stop())
    await leave_gap(reader, late)
    await healer.round(Stop())

    assert len(asked.of) == len(set(asked.of)) == MOST_ASKED + 6
    assert asked.of[-1] == aggregate(late)


async def test_the_gap_that_was_tried_longest_ago_comes_first(
    reader: Reader, db: Database, clock: SettableClock
) -> None:
    await leave_gap(reader, *CASES[: MOST_ASKED * 2])
    asked = Asked()
    healer = Healer(db, asked.ask, clock)

    for _ in range(2):
        await healer.round(Stop())
        clock.advance(timedelta(seconds=1))
    clock.advance(LONGEST_PAUSE)
    for _ in range(2):
        await healer.round(Stop())

    assert asked.of[MOST_ASKED * 2 :] == asked.of[: MOST_ASKED * 2]


@pytest.mark.parametrize("answer", [NO_ANSWER, NO_TOKEN])
async def test_an_owner_that_is_away_is_waited_for_once_in_a_round(
    reader: Reader, db: Database, clock: SettableClock, answer: str
) -> None:
    await leave_gap(reader, *CASES[:10])
    asked = Asked(answer)
    healer = Healer(db, asked.ask, clock)

    await healer.round(Stop())

    assert len(asked.of) == 1
    assert {tried.answer for tried in healer.tried.values()} == {answer}
    assert len(healer.tried) == 10


async def test_asking_that_fails_for_one_gap_is_shown_and_the_next_is_asked_for(
    reader: Reader, db: Database, clock: SettableClock
) -> None:
    await leave_gap(reader, *CASES[:2])
    asked = Asked(ASKED)
    asked.answers[aggregate(CASES[0])] = KeyError("access_token")
    healer = Healer(db, asked.ask, clock)

    await healer.round(Stop())

    assert [healer.tried[aggregate(case_id)].answer for case_id in CASES[:2]] == [FAULT, ASKED]


@pytest.mark.parametrize("failure", [DatabaseUnavailable(), OSError(), RuntimeError()])
async def test_a_database_that_is_away_for_a_while_does_not_end_the_healing(
    reader: Reader, db: Database, clock: SettableClock, failure: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    await leave_gap(reader, CASES[0])
    failures = 3
    find = gaps.find_gaps

    async def find_or_fail(*args: object, **kwargs: object) -> list[Gap]:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise failure
        return await find(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(gaps, "find_gaps", find_or_fail)
    stop, asked = Stop(), Asked()
    healing = asyncio.create_task(Healer(db, asked.ask, clock).run(stop, every_seconds=0.01))

    async with asyncio.timeout(30):
        while not asked.of:
            assert not healing.done()
            await asyncio.sleep(0.01)
    stop.set()
    await healing

    assert failures < 0


async def test_a_worker_that_is_told_to_stop_asks_nobody_any_more(
    reader: Reader, db: Database, clock: SettableClock
) -> None:
    await leave_gap(reader, *CASES[:5])
    stop, asked = Stop(), Asked()

    async def ask_and_stop(gap: Gap) -> str:
        stop.set()
        return await asked.ask(gap)

    await Healer(db, ask_and_stop, clock).round(stop)

    assert len(asked.of) == 1


async def test_a_gap_whose_message_names_no_owner_is_asked_for_all_the_same(
    reader: Reader, db: Database, clock: SettableClock
) -> None:
    await leave_gap(reader, uuid.uuid4())
    async with db.transaction() as tx:
        await tx.execute(text("UPDATE parked SET headers = headers - 'ce_source'"))
    asked = Asked("no-address")
    healer = Healer(db, asked.ask, clock)

    await healer.round(Stop())

    assert [tried.gap.source for tried in healer.tried.values()] == [""]
