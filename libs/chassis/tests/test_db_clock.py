"""How far this process's clock is from the database's."""

from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY

from chassis import db_clock
from chassis.clock import SystemClock
from chassis.db import Database, DatabaseUnavailable

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


class Shifted:
    """The machine's clock, but for some seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def now(self) -> datetime:
        return SystemClock().now() + timedelta(seconds=self._seconds)


@pytest.mark.parametrize("seconds", [600, -600])
async def test_a_clock_that_is_ten_minutes_off_is_measured_and_nothing_fails(db: Database, seconds: float) -> None:
    await db_clock.answers(db, Shifted(seconds))

    assert REGISTRY.get_sample_value("frontdoor_clock_ahead_seconds") == pytest.approx(seconds, abs=1)


async def test_one_clock_is_not_ahead_of_itself(db: Database) -> None:
    assert await db_clock.ask(db, SystemClock()) == 0.0


@pytest.mark.parametrize(("theirs", "ahead"), [(-1, 1.0), (0, 0.0), (2, 0.0), (4, 0.0), (5, -1.0)])
def test_an_answer_that_took_long_says_no_more_than_it_knows(theirs: int, ahead: float) -> None:
    read = NOW + timedelta(seconds=theirs)

    assert db_clock.seconds_ahead(read, before=NOW, after=NOW + timedelta(seconds=4)) == ahead


async def test_a_database_that_is_away_is_not_a_clock_that_is_wrong() -> None:
    away = Database.connect("postgresql://nobody@127.0.0.1:1/nothing")

    with pytest.raises(DatabaseUnavailable):
        await db_clock.answers(away, SystemClock())
