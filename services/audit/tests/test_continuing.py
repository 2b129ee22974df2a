"""A log whose leaves were entries goes on as one of commitments: what was signed is kept, and nothing is rewritten."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from audit import store
from audit.checkpoint import CheckpointSigner, open_checkpoint
from audit.entry import canonical_entry
from audit.merkle import VerificationError, leaf_hash, root_of
from audit.sequencer import OriginInUse, Sequencer
from audit.tree import Edge, grow
from audit.verify.command import main
from audit.verify.public import Trusted, verify_public
from chassis.db import Database
from chassis.run import migrate
from chassis.run.provision import DatabaseUrls, provision
from chassis.testing import revisions
from chassis.testing.clock import START, SettableClock
from chassis.testing.hints import Restless
from chassis.testing.signer import Signer

DatabaseLog = Any  # the log in a database that the fixture makes
FORMER = CheckpointSigner("frontdoor.example.org/former", Ed25519PrivateKey.from_private_bytes(b"\x07" * 32))
SIGNED, PLACED, WAITING = 300, 310, 320
numbers = itertools.count(1)


def body(number: int) -> bytes:
    subject = f"case/{number // 4}"
    attributes: dict[str, str | int] = {"type": "case.rated.v1", "subject": subject, "sequence": number % 4 + 1}
    return canonical_entry(attributes, json.dumps({"n": number}).encode())


BODIES = [body(number) for number in range(WAITING)]
_ROW = "(gen_random_uuid(), :subject, :version, 'case.rated.v1', gen_random_uuid(), 'wandsworth', :at, :body)"
_FIELDS = "event_id, subject, version, type, referral_id, partnership, occurred_at, body"


async def fill_as_before(urls: DatabaseUrls) -> None:
    """What revision 0001 left: signed entries, some that have a place and no signature yet, and some that wait."""
    owner = Database.connect(urls.owner_url, pool_size=1)
    edge, notes = Edge(), []
    tiles: dict[tuple[int, int], bytes] = {}
    for end in (100, SIGNED, PLACED):
        edge, grown = grow(edge, [leaf_hash(each) for each in BODIES[edge.size : end]])
        tiles |= {(tile.level, tile.index): tile.hashes for tile in grown}
        notes += [(end, FORMER.sign(end, edge.root))] if end <= SIGNED else []
    async with owner.transaction() as tx:
        for number, each in enumerate(BODIES):
            values = {"subject": f"case/{number // 4}", "version": number % 4 + 1, "at": START, "body": each}
            if number < PLACED:
                into = f"entry (leaf_index, {_FIELDS}) VALUES ({number}, {_ROW[1:]}"
            else:
                into = f"pending ({_FIELDS}) VALUES {_ROW}"
            await tx.execute(text(f"INSERT INTO {into}"), values)
        for (level, index), hashes in tiles.items():
            await tx.execute(text("INSERT INTO tile VALUES (:l, :i, :h)"), {"l": level, "i": index, "h": hashes})
        for size, note in notes:
            await tx.execute(text("INSERT INTO checkpoint VALUES (:s, :n, :at)"), {"s": size, "n": note, "at": START})
        await tx.execute(text(f"UPDATE log SET size = {PLACED}"))
    await owner.close()


@dataclass
class Before:
    """A database of revision 0001 with a log in it, and what becomes of it."""

    urls: DatabaseUrls
    db: Database

    async def advance(self, signer: CheckpointSigner) -> None:
        sequencer = Sequencer(self.db, signer, SettableClock(), hint=Restless())
        async with self.db.engine.connect() as connection:
            while await sequencer.advance(connection):
                pass

    async def rows(self, sql: str) -> list[Any]:
        owner = Database.connect(self.urls.owner_url, pool_size=1)
        async with owner.transaction() as tx:
            rows = list(await tx.execute(text(sql)))
        await owner.close()
        return rows


async def database_at(postgres: str, revision: str) -> DatabaseUrls:
    urls = await provision(postgres, f"audit_before_{next(numbers)}", password="only-for-tests")
    await migrate.upgrade(urls.owner_url, package="audit", to=revision)
    return urls


@pytest.fixture
async def before(postgres: str) -> AsyncIterator[Before]:
    urls = await database_at(postgres, "0001")
    await fill_as_before(urls)
    db = Database.connect(urls.app_url)
    yield Before(urls, db)
    await db.close()


async def test_every_entry_gets_a_salt_and_the_place_after_its_old_one(
    before: Before, log_signer: CheckpointSigner, copied: Callable[..., Any]
) -> None:
    await migrate.upgrade(before.urls.owner_url, package="audit")

    await before.advance(log_signer)

    entries = await before.rows("SELECT body, salt, version FROM entry ORDER BY leaf_index")
    assert [row.body for row in entries[1:]] == BODIES
    assert len({row.salt for row in entries}) == WAITING + 1
    copy = await copied(before)
    assert verify_public(copy, Trusted(copy.key)).size == WAITING + 1


async def test_the_first_entry_names_what_the_former_log_signed_last(
    before: Before, log_signer: CheckpointSigner, copied: Callable[..., Any]
) -> None:
    await migrate.upgrade(before.urls.owner_url, package="audit")

    await before.advance(log_signer)

    copy = await copied(before)
    report = verify_public(copy, Trusted(copy.key))
    (first,) = await before.rows("SELECT body FROM entry WHERE leaf_index = 0")
    note = json.loads(first.body)["data"]["checkpoint"]
    assert str(report.former) == f"frontdoor.example.org/former at {SIGNED}"
    assert open_checkpoint(note.encode(), FORMER.verifier_key).root == root_of(
        [leaf_hash(each) for each in BODIES[:SIGNED]]
    )


async def test_what_was_signed_stays_as_it_was(before: Before) -> None:
    sql = "SELECT size, note FROM {}checkpoint ORDER BY size"
    signed = await before.rows(sql.format(""))
    tiles = await before.rows("SELECT * FROM tile ORDER BY level, tile_index")

    await migrate.upgrade(before.urls.owner_url, package="audit")

    assert await before.rows(sql.format("former_")) == signed
    assert await before.rows("SELECT * FROM former_tile ORDER BY level, tile_index") == tiles


async def test_nothing_is_signed_under_the_former_logs_origin(before: Before) -> None:
    await migrate.upgrade(before.urls.owner_url, package="audit")

    with pytest.raises(OriginInUse):
        await before.advance(FORMER)

    assert await before.rows("SELECT size FROM checkpoint") == []


async def test_a_log_that_stopped_between_carrying_over_and_signing_goes_on(
    before: Before, log_signer: CheckpointSigner, copied: Callable[..., Any]
) -> None:
    await migrate.upgrade(before.urls.owner_url, package="audit")
    with pytest.raises(OriginInUse):  # the entries have their places by now
        await before.advance(FORMER)

    await before.advance(log_signer)

    copy = await copied(before)
    assert verify_public(copy, Trusted(copy.key)).size == WAITING + 1


async def test_a_database_that_signed_nothing_yet_has_no_log_before_it(
    postgres: str, log_signer: CheckpointSigner
) -> None:
    urls = await database_at(postgres, "0001")

    await migrate.upgrade(urls.owner_url, package="audit")

    db = Database.connect(urls.app_url)
    await Before(urls, db).advance(log_signer)
    async with db.transaction() as tx:
        assert (await store.get_checkpoint(tx)).size == 0
    await db.close()


async def test_the_way_back_lets_the_former_log_go_on_where_it_stood(
    before: Before, log_signer: CheckpointSigner
) -> None:
    entries = "SELECT leaf_index, body FROM entry ORDER BY leaf_index"
    was = await before.rows(entries)
    await migrate.upgrade(before.urls.owner_url, package="audit")
    await before.advance(log_signer)

    await revisions.downgrade(before.urls.owner_url, package="audit", to="0001")

    assert await before.rows(entries) == was[:SIGNED]
    assert [row.body for row in await before.rows("SELECT body FROM pending ORDER BY id")] == BODIES[SIGNED:]
    assert await before.rows("SELECT size FROM log") == [(SIGNED,)]
    assert [row.size for row in await before.rows("SELECT size FROM checkpoint ORDER BY size")] == [100, SIGNED]


async def test_there_is_no_way_back_once_entries_were_destroyed(before: Before, log_signer: CheckpointSigner) -> None:
    await migrate.upgrade(before.urls.owner_url, package="audit")
    await before.advance(log_signer)
    owner = Database.connect(before.urls.owner_url, pool_size=1)
    async with owner.transaction() as tx:
        await tx.execute(text("UPDATE entry SET salt = NULL, body = NULL WHERE leaf_index = 7"))
    await owner.close()

    with pytest.raises(Exception, match="Entries were destroyed"):
        await revisions.downgrade(before.urls.owner_url, package="audit", to="0001")


async def test_a_former_checkpoint_that_was_tampered_with_before_is_found(
    before: Before, log_signer: CheckpointSigner, copied: Callable[..., Any]
) -> None:
    owner = Database.connect(before.urls.owner_url, pool_size=1)
    async with owner.transaction() as tx:
        await tx.execute(text("UPDATE checkpoint SET note = replace(note, E'\\n300\\n', E'\\n299\\n')"))
    await owner.close()
    await migrate.upgrade(before.urls.owner_url, package="audit")
    await before.advance(log_signer)

    copy = await copied(before)
    with pytest.raises(VerificationError, match="signature is not valid"):
        verify_public(copy, Trusted(copy.key))


async def test_an_auditor_verifies_the_log_and_the_one_before_it_over_http(
    before: Before,
    log_signer: CheckpointSigner,
    serve: Callable[..., Any],
    signer: Signer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await migrate.upgrade(before.urls.owner_url, package="audit")
    await before.advance(log_signer)
    (tmp_path / "token").write_text(signer.token(roles=["auditor"]))

    async with serve(before.urls) as url:
        arguments = ["entitled", url, "--json", "--token-file", str(tmp_path / "token")]
        code = await asyncio.to_thread(main, arguments)

    assert code == 0
    (said,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"strength"' in line]
    assert (said["former"]["origin"], said["former"]["size"]) == ("frontdoor.example.org/former", SIGNED)
    assert (said["opened"], said["aggregates"]) == (WAITING + 1, WAITING // 4 + 1)


async def test_the_log_before_this_one_is_open_to_auditors_and_to_nobody_else(
    before: Before, log_signer: CheckpointSigner, serve: Callable[..., Any], signer: Signer
) -> None:
    await migrate.upgrade(before.urls.owner_url, package="audit")
    await before.advance(log_signer)
    paths = ("checkpoint", "tile/0/000", "tile/0/001.p/44", "tile/entries/000", "tile/0/001.p/45", "tile/x")

    async with serve(before.urls) as url, httpx2.AsyncClient(base_url=f"{url}/v1/former-log/") as client:
        auditor, partner = signer.bearer(roles=["auditor"]), signer.bearer(roles=["partner"])
        shown = [(await client.get(path, headers=auditor)).status_code for path in paths]
        refused = {(await client.get(path, headers=partner)).status_code for path in paths}
        outside = {(await client.get(path)).status_code for path in paths}
        predecessor = (await client.get(f"{url}/predecessor")).json()

    assert shown == [200, 200, 200, 404, 404, 404]
    assert (refused, outside) == ({403}, {401})
    assert set(predecessor) == {"salt", "entry"}
    assert set(json.loads(predecessor["entry"])["data"]) == {"checkpoint"}
