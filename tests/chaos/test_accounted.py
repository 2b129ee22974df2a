"""Accounting for poison: a record that is nowhere, kept otherwise than it came, or held up without need is named."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from chassis.db import Database
from chassis.delivery import parking
from chassis.delivery.messages import Record
from chassis.delivery.parking import Why
from chassis.run.provision import DatabaseUrls
from chassis.testing.delivery import NOW
from contracts.topics import TOPICS
from tests.chaos.accounted import Accounted
from tests.chaos.databases import Databases
from tests.chaos.poison import Poison, poison
from tests.chaos.spoiling import KINDS, Fate, NoText

SENT = [poison(7, topic.name, number) for topic in TOPICS for number in range(len(KINDS))]
UNREADABLE = next(record for record in SENT if record.fate is Fate.PARKED and record.data)
NEWER = next(record for record in SENT if record.fate is Fate.FOLLOWED)


class Log:
    """The database of a reader of everything, and what it did with what it read."""

    def __init__(self, admin_url: str, urls: DatabaseUrls) -> None:
        name = str(make_url(urls.app_url).database)
        self.databases = Databases(admin_url, services=("audit",), names={"audit": name})
        self._app_url = urls.app_url

    async def hold(self, parked: Sequence[Poison], followed: Sequence[Poison], *, why: str = "Invalid") -> None:
        db = Database.connect(self._app_url)
        async with db.transaction() as tx:
            for offset, record in enumerate(parked):
                await parking.park(tx, as_read(record, offset), None, why=Why(why), now=NOW)
            for record in followed:
                await tx.execute(text("INSERT INTO applied VALUES (:a, 1)"), {"a": record.aggregate})
        await db.close()

    async def found(self, sent: Sequence[Poison] = SENT) -> list[str]:
        return await Accounted(self.databases, sent).violations()


def as_read(record: Poison, offset: int) -> Record:
    headers = tuple(("\\xff" if isinstance(name, NoText) else name, value) for name, value in record.headers)
    return Record(record.topic, 0, offset, record.key, headers, record.data)


@pytest.fixture
async def log(postgres: str, copied_database: Callable[[str], Awaitable[DatabaseUrls]]) -> Log:
    return Log(postgres, await copied_database("audit"))


def parked() -> list[Poison]:
    return [record for record in SENT if record.fate is not Fate.FOLLOWED]


def followed() -> list[Poison]:
    return [record for record in SENT if record.fate is Fate.FOLLOWED]


async def test_poison_that_is_all_parked_or_followed_is_no_violation(log: Log) -> None:
    await log.hold(parked(), followed())

    assert await log.found() == []
    assert await Accounted(log.databases, SENT).by_name() == {"audit": {"Invalid": len(parked())}}


async def test_poison_that_is_nowhere_is_named(log: Log) -> None:
    await log.hold([record for record in parked() if record != UNREADABLE], followed())

    assert await log.found() == [f"audit: poison neither parked nor followed: 1, such as {UNREADABLE.name}"]


async def test_poison_that_was_not_kept_as_it_came_is_named(log: Log) -> None:
    altered = Poison(**{**vars(UNREADABLE), "data": (UNREADABLE.data or b"") + b" "})
    await log.hold([altered if record == UNREADABLE else record for record in parked()], followed())

    assert await log.found() == [f"audit: poison neither parked nor followed: 1, such as {UNREADABLE.name}"]


async def test_what_a_newer_writer_may_write_is_not_to_be_held_up(log: Log) -> None:
    await log.hold([*parked(), NEWER], [record for record in followed() if record != NEWER])

    assert await log.found() == [f"audit: parked, although a newer writer may write it: 1, such as {NEWER.name}"]


@pytest.mark.parametrize(("live", "named"), [(True, 0), (False, 1)])
async def test_on_a_key_of_ours_it_waits_behind_other_poison_and_nowhere_else(log: Log, live: bool, named: int) -> None:
    newer = replace(NEWER, live=UUID(int=1) if live else None)
    await log.hold([newer], [], why=parking.BEHIND)

    assert len(await log.found([newer])) == named


async def test_only_what_blocks_a_key_of_ours_is_for_the_operator_to_discard(log: Log) -> None:
    live = Poison(**{**vars(UNREADABLE), "live": NEWER.entry[0] if NEWER.entry else None})
    await log.hold(parked(), followed())

    assert await Accounted(log.databases, SENT).on_live_keys("audit") == []
    assert len(await Accounted(log.databases, [*SENT, live]).on_live_keys("audit")) == 1
