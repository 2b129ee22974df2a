"""The single writer: gapless places, a root that is the tree's, and never two inconsistent signatures."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from audit import store
from audit.checkpoint import open_checkpoint
from audit.commitment import commit
from audit.merkle import leaf_hash, root_of
from audit.sequencer import BATCH, LogDamaged, Sequencer
from audit.verify.public import Trusted, verify_public
from chassis.db import Database
from chassis.tasks import Stop
from chassis.testing.hints import Restless

DatabaseLog = Any  # the log in a database that the fixture makes
STEPS = [
    "lock",
    "read pending",
    "seal",
    "place",
    "read edge",
    "put tiles",
    "set size",
    "commit places",
    "lock to sign",
    "prove extension",
    "sign",
    "add checkpoint",
    "commit checkpoint",
]


class Crash(Exception):
    """The process ends here."""


def crash_at(wanted: str) -> Callable[[str], None]:
    def step(name: str) -> None:
        if name == wanted:
            raise Crash(name)

    return step


async def test_an_empty_log_is_signed_from_the_start(database_log: DatabaseLog) -> None:
    placed = await database_log.advance()

    copy = await database_log.copy()
    assert placed == 0
    assert verify_public(copy, Trusted(copy.key)).size == 0


async def test_entries_get_places_in_the_order_they_came(database_log: DatabaseLog) -> None:
    entries = await database_log.append(700)

    await database_log.advance()

    copy = await database_log.copy()
    assert verify_public(copy, Trusted(copy.key)).size == 700
    openings = await database_log.openings()
    assert [opening.entry for opening in openings] == [entry.body for entry in entries]
    checkpoint = open_checkpoint(copy.files["checkpoint"], copy.key)
    assert checkpoint.root == root_of([leaf_hash(commit(opening)) for opening in openings])


async def test_every_entry_has_a_salt_of_its_own_also_after_a_crash(database_log: DatabaseLog) -> None:
    await database_log.append(300)
    for step in ("seal", "place", "commit places"):
        broken = database_log.sequencer()
        broken.step = crash_at(step)
        with pytest.raises(Crash):
            await database_log.advance(broken)

    await database_log.advance()

    salts = [opening.salt for opening in await database_log.openings()]
    assert len(set(salts)) == 300
    assert {len(salt) for salt in salts} == {32}


async def test_a_leaf_and_what_opens_it_come_about_together_or_not_at_all(database_log: DatabaseLog) -> None:
    await database_log.append(3)
    await database_log.advance()

    for half in ("salt = NULL", "body = NULL", "salt = 'short'", "leaf = 'short'"):
        with pytest.raises(IntegrityError):
            await database_log.as_owner(f"UPDATE entry SET {half}")


async def test_a_log_grown_in_many_batches_verifies_and_extends_each_earlier_checkpoint(
    database_log: DatabaseLog,
) -> None:
    checkpoints = []
    for count in (1, 254, 1, 1, 255, 300, 3):
        await database_log.append(count)
        await database_log.advance()
        copy = await database_log.copy()
        checkpoints.append(open_checkpoint(copy.files["checkpoint"], copy.key))

    reports = [verify_public(copy, Trusted(copy.key, older)) for older in checkpoints]

    assert [report.extends_size for report in reports] == [1, 255, 256, 257, 512, 812, 815]


async def test_a_large_backlog_is_taken_in_batches(database_log: DatabaseLog) -> None:
    await database_log.append(BATCH + 1)

    placed = [await database_log.advance() for _ in range(3)]

    assert placed == [BATCH, 1, 0]


async def test_it_signs_at_fixed_times_whenever_entries_come(database_log: DatabaseLog) -> None:
    sizes = []
    for seconds in (0, 20, 20, 19, 1, 59, 1):  # it begins at a full minute
        database_log.clock.advance(timedelta(seconds=seconds))
        await database_log.append(5)
        await database_log.advance(database_log.sequencer(every_seconds=60))
        async with database_log.db.transaction() as tx:
            sizes.append((await store.get_checkpoint(tx)).size)

    assert sizes == [5, 5, 5, 5, 25, 25, 35]


async def test_what_waits_for_its_time_is_placed_and_not_yet_public(database_log: DatabaseLog) -> None:
    await database_log.advance(database_log.sequencer(every_seconds=60))
    await database_log.append(5)

    placed = await database_log.advance(database_log.sequencer(every_seconds=60))

    copy = await database_log.copy()
    assert placed == 5
    assert verify_public(copy, Trusted(copy.key)).size == 0


async def test_nothing_is_signed_while_nothing_is_added(database_log: DatabaseLog) -> None:
    await database_log.append(3)
    await database_log.advance()
    steps: list[str] = []
    sequencer = database_log.sequencer()
    sequencer.step = steps.append

    await database_log.advance(sequencer)

    assert "sign" not in steps


async def test_a_crash_at_any_step_leaves_a_log_that_goes_on_and_verifies(database_log: DatabaseLog) -> None:
    seen: list[str] = []
    for step in STEPS:
        await database_log.append(100)
        broken = database_log.sequencer()
        broken.step = crash_at(step)
        with pytest.raises(Crash):
            await database_log.advance(broken)

        watched = database_log.sequencer()
        watched.step = seen.append
        await database_log.advance(watched)

        copy = await database_log.copy()
        assert verify_public(copy, Trusted(copy.key)).size == 100 * (STEPS.index(step) + 1), step
    assert set(seen) == set(STEPS), "a step of the sequencer has no crash test"


async def test_what_a_crash_left_unsigned_is_signed_next(database_log: DatabaseLog) -> None:
    await database_log.append(5)
    broken = database_log.sequencer()
    broken.step = crash_at("lock to sign")
    with pytest.raises(Crash):
        await database_log.advance(broken)

    placed = await database_log.advance()

    copy = await database_log.copy()
    assert placed == 0
    assert verify_public(copy, Trusted(copy.key)).size == 5


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE tile SET hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1) WHERE level = 0 AND tile_index = 1",
        "UPDATE tile SET hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1) WHERE level = 1",
        "DELETE FROM tile WHERE level = 0 AND tile_index = 1",
        "DELETE FROM tile WHERE level = 1",
        "UPDATE tile SET hashes = substr(hashes, 1, 32) WHERE level = 0 AND tile_index = 1",
        "UPDATE log SET size = 200",
        "UPDATE checkpoint SET note = replace(note, E'\\n300\\n', E'\\n299\\n')",
        "UPDATE checkpoint SET note = 'x'",
    ],
)
async def test_a_damaged_log_is_never_signed_again(database_log: DatabaseLog, damage: str) -> None:
    await database_log.append(300)
    await database_log.advance()
    before = (await database_log.copy()).files["checkpoint"] if "checkpoint" not in damage else None
    await database_log.as_owner(damage)
    await database_log.append(10)

    with pytest.raises(LogDamaged):
        await database_log.advance()

    async with database_log.db.transaction() as tx:
        after = await store.get_checkpoint(tx)
    assert after.size == 300
    assert before is None or after.note.encode() == before


async def test_a_database_put_back_to_an_earlier_state_is_found_by_its_kept_checkpoints(
    database_log: DatabaseLog,
) -> None:
    await database_log.append(20)
    await database_log.advance()
    await database_log.as_owner("DELETE FROM entry WHERE leaf_index >= 10")
    await database_log.as_owner("UPDATE log SET size = 10")

    with pytest.raises(LogDamaged):
        await database_log.advance()


async def test_a_second_sequencer_that_lost_its_leadership_cannot_disturb(database_log: DatabaseLog) -> None:
    await database_log.append(300)
    many = [database_log.sequencer() for _ in range(4)]

    placed = await asyncio.gather(*(database_log.advance(sequencer) for sequencer in many))

    copy = await database_log.copy()
    assert sum(placed) == 300
    assert verify_public(copy, Trusted(copy.key)).size == 300


async def test_only_one_sequencer_leads_and_another_takes_over(database_log: DatabaseLog) -> None:
    first, second = Stop(), Stop()
    other = Database.connect(database_log.urls.app_url, pool_size=2)
    leading = asyncio.create_task(database_log.sequencer().run(first))
    await signed_size_reaches(database_log, 0)
    following = asyncio.create_task(
        Sequencer(other, database_log.signer, database_log.clock, hint=Restless()).run(second)
    )
    await database_log.append(5)
    await signed_size_reaches(database_log, 5)

    first.set()
    await leading
    await database_log.db.engine.dispose()  # the process that led is gone, and its connection with it
    await database_log.append(5)
    await signed_size_reaches(database_log, 10)

    second.set()
    await following
    await other.close()
    copy = await database_log.copy()
    assert verify_public(copy, Trusted(copy.key)).size == 10


async def signed_size_reaches(log: DatabaseLog, size: int) -> None:
    async with asyncio.timeout(10):
        while True:
            async with log.db.transaction() as tx:
                checkpoint = await store.find_checkpoint(tx)
            if checkpoint is not None and checkpoint.size >= size:
                return
            await asyncio.sleep(0.02)


async def test_the_serving_role_cannot_rewrite_the_log(database_log: DatabaseLog) -> None:
    for statement in (
        "UPDATE entry SET body = 'x'",
        "DELETE FROM entry",
        "UPDATE checkpoint SET note = 'x'",
        "DELETE FROM checkpoint",
        "DELETE FROM tile",
        "TRUNCATE entry",
        "UPDATE entry SET salt = NULL, body = NULL",
        "SELECT destroy_entries(gen_random_uuid(), 'an order')",
        "INSERT INTO former_checkpoint VALUES (1, 'x', now())",
        "UPDATE former_tile SET hashes = 'x'",
        "DELETE FROM destruction",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with database_log.db.transaction() as tx:
                await tx.execute(text(statement))
