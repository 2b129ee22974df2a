"""From a database that kept plain secrets to one that keeps none, and from one sealing key to the next."""

import base64
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from notify_examples import OTHER_SECRET, PACKS_FOLDER, SECRET, endpoint
from notify_world import KEY, shared
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from agency_notify import reseal
from agency_notify.handlers import secrets as handlers
from agency_notify.model import Signing
from agency_notify.reseal import PlainSecrets, lines_of
from agency_notify.sealing import Place, Sealer
from agency_notify.store import endpoints
from agency_notify.store.endpoints import Change
from chassis.db import Database
from chassis.run import migrate
from chassis.run.provision import DatabaseUrls
from chassis.testing import postgres as servers
from chassis.testing import revisions
from chassis.testing.clock import START

OLD_KEY, NEW_KEY = b"o" * 32, b"n" * 32
OLD, NEW, BOTH = Sealer([OLD_KEY]), Sealer([NEW_KEY]), Sealer([NEW_KEY, OLD_KEY])
BEFORE_SEALING = "0001"
INSERT = """INSERT INTO endpoint (endpoint_id, partnership, agency, channel, address, signing, secret, previous_secret,
                                  previous_until, changed_at, changed_by)
            VALUES (:id, 'wandsworth', :agency, 'webhook', 'https://hooks.example.org/in', :signing, :secret, :before,
                    now() + interval '1 hour', now(), 'op-1')"""


@pytest.fixture
async def old(postgres: str) -> DatabaseUrls:
    """A database as it was when secrets were stored as they came."""
    return await servers.migrated(postgres, "agency_notify", to=BEFORE_SEALING)


async def execute(url: str, statement: str, **values: object) -> list[tuple[object, ...]]:
    engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"), poolclass=NullPool)
    async with engine.begin() as tx:
        result = await tx.execute(text(statement), values)
        rows = [tuple(row) for row in result] if result.returns_rows else []
    await engine.dispose()
    return rows


async def filled(url: str, *, plain: int) -> None:
    for number in range(1, plain + 1):
        values = {"id": UUID(int=number), "agency": f"agency-{number}", "signing": "v1", "secret": SECRET}
        await execute(url, INSERT, **values, before=OTHER_SECRET if number % 2 else None)
    await execute(url, INSERT, id=UUID(int=900), agency="needs-none", signing="v1a", secret=None, before=None)


@pytest.fixture
async def upgraded(old: DatabaseUrls) -> AsyncIterator[tuple[DatabaseUrls, Database]]:
    """The same, with plain secrets of 250 endpoints in it, at the newest revision."""
    await filled(old.app_url, plain=250)
    await migrate.upgrade(old.owner_url, package="agency_notify")
    db = Database.connect(old.app_url)
    yield old, db
    await db.close()


async def secrets_of(db: Database, sealer: Sealer) -> list[tuple[str, str | None]]:
    """Every secret that opens, with the one before it."""
    async with db.transaction() as tx:
        found = [each for each in await endpoints.list_endpoints(tx) if each.secret is not None]
    return [
        (
            sealer.open(each.secret.current, place=Place.current(each.endpoint_id)),
            sealer.open(each.secret.previous, place=Place.previous(each.endpoint_id)) if each.secret.previous else None,
        )
        for each in found
        if each.secret is not None
    ]


async def test_plain_secrets_of_an_older_version_are_sealed_and_gone_from_their_rows(
    upgraded: tuple[DatabaseUrls, Database],
) -> None:
    urls, db = upgraded

    sealed = await PlainSecrets(db, NEW).seal()

    rows = "\n".join(str(row) for [row] in await execute(urls.owner_url, "SELECT t::text FROM endpoint t"))
    secrets = await secrets_of(db, NEW)
    assert sealed == 250 + 125
    assert "whsec_" not in rows
    assert rows.count("needs-none") == 1
    assert sorted(secrets, key=str) == sorted(
        [(SECRET, OTHER_SECRET if number % 2 else None) for number in range(250)], key=str
    )


async def test_what_was_plain_is_no_longer_in_the_tables_file_either_once_it_is_vacuumed(
    upgraded: tuple[DatabaseUrls, Database], postgres: str
) -> None:
    urls, db = upgraded
    as_superuser = make_url(postgres).set(database=make_url(urls.app_url).database).render_as_string(False)

    async def in_the_file() -> bool:
        await execute(as_superuser, "CHECKPOINT")
        [[content]] = await execute(as_superuser, "SELECT pg_read_binary_file(pg_relation_filepath('endpoint'))")
        return SECRET.encode() in bytes(content)  # type: ignore[call-overload]

    plain = await in_the_file()
    await PlainSecrets(db, NEW).seal()
    engine = create_async_engine(
        make_url(urls.owner_url).set(drivername="postgresql+asyncpg"), poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )
    async with engine.connect() as connection:
        await connection.execute(text("VACUUM (FULL) endpoint"))
    await engine.dispose()

    assert plain
    assert not await in_the_file()


async def test_the_way_back_switches_off_what_nobody_can_sign_for_any_more(
    upgraded: tuple[DatabaseUrls, Database],
) -> None:
    urls, db = upgraded
    await PlainSecrets(db, NEW).seal()
    await db.engine.dispose()

    await revisions.downgrade(urls.owner_url, package="agency_notify", to=BEFORE_SEALING)

    off = await execute(urls.owner_url, "SELECT count(*) FROM endpoint WHERE disabled_reason = 'secret-lost'")
    on = await execute(urls.owner_url, "SELECT agency FROM endpoint WHERE disabled_at IS NULL")
    assert (off, on) == ([(250,)], [("needs-none",)])


# -- another key ------------------------------------------------------------------------------------------------------


@pytest.fixture
async def under_the_old_key(db: Database) -> Database:
    """250 endpoints whose secrets were sealed with the old key."""
    for number in range(1, 251):
        new = UUID(int=number)
        secret = shared(SECRET, OTHER_SECRET, START, by=new, sealer=OLD)
        described = endpoint(endpoint_id=new, agency=f"agency-{number}", signing=Signing.HMAC, secret=secret)
        async with db.transaction() as tx:
            await endpoints.record_endpoint(tx, described, change=Change("op-1", START))
    return db


async def test_everything_is_sealed_again_and_the_old_key_may_go(under_the_old_key: Database) -> None:
    db = under_the_old_key

    report = await reseal.reseal(db, BOTH)

    assert await secrets_of(db, NEW) == [(SECRET, OTHER_SECRET)] * 250
    assert (report.sealed, report.were_plain, report.broken) == (500, 0, 0)
    assert report.by_key == {NEW.key_id: 500}
    assert f"Key {OLD.key_id} is no longer needed: it has sealed 0 secrets." in lines_of(report, BOTH)
    assert (await reseal.reseal(db, BOTH)).sealed == 0


async def test_interrupted_it_goes_on_where_it_stopped(
    under_the_old_key: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    db, pages = under_the_old_key, 0
    seal_again = handlers.seal_again

    async def breaks(*arguments: object, **more: object) -> object:
        nonlocal pages
        pages += 1
        if pages == 2:
            raise KeyboardInterrupt
        return await seal_again(*arguments, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(handlers, "seal_again", breaks)
        with pytest.raises(KeyboardInterrupt):
            await reseal.reseal(db, BOTH)
    half_way = await secrets_of(db, BOTH)
    report = await reseal.reseal(db, BOTH)

    assert half_way == [(SECRET, OTHER_SECRET)] * 250
    assert report.sealed == 500 - 2 * handlers.AT_ONCE
    assert await secrets_of(db, NEW) == [(SECRET, OTHER_SECRET)] * 250


async def test_one_that_does_not_open_is_left_counted_and_named_by_its_key(under_the_old_key: Database) -> None:
    db = under_the_old_key
    async with db.transaction() as tx:
        await tx.execute(text("UPDATE endpoint SET sealed_secret = '\\xdead' WHERE agency = 'agency-7'"))

    report = await reseal.reseal(db, BOTH)

    lines = lines_of(report, BOTH)
    assert (report.sealed, report.broken) == (499, 1)
    assert f"Key {OLD.key_id} is still needed: it has sealed 1 secrets." in lines
    assert lines[-1].startswith("1 secrets could not be opened.")


async def test_without_the_old_key_nothing_is_lost_and_the_missing_key_is_named(under_the_old_key: Database) -> None:
    db = under_the_old_key

    report = await reseal.reseal(db, NEW)

    assert (report.sealed, report.broken) == (0, 500)
    assert f"Key {OLD.key_id} is missing: it has sealed 500 secrets." in lines_of(report, NEW)
    assert await secrets_of(db, OLD) == [(SECRET, OTHER_SECRET)] * 250


# -- as operators run it ----------------------------------------------------------------------------------------------


def environment(urls: DatabaseUrls, folder: Path, *keys: bytes) -> dict[str, str]:
    key_file, sealing_file = folder / "key.pem", folder / "sealing.keys"
    key_file.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    sealing_file.write_text("\n".join(base64.b64encode(key).decode() for key in keys))
    return {
        "PATH": os.environ["PATH"],
        "FRONTDOOR_DATABASE_URL": urls.app_url,
        "FRONTDOOR_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "FRONTDOOR_OIDC_ISSUER": "http://127.0.0.1:1/realms/frontdoor",
        "FRONTDOOR_PUBLIC_URL": "http://127.0.0.1:8000",
        "FRONTDOOR_PARTNERSHIPS_FOLDER": str(PACKS_FOLDER),
        "FRONTDOOR_SMTP_URL": "smtp://127.0.0.1:1",
        "FRONTDOOR_WEBHOOK_SIGNING_KEY_FILE": str(key_file),
        "FRONTDOOR_SEALING_KEY_FILE": str(sealing_file),
    }


def run(command: str, given: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "agency_notify", command], env=given, capture_output=True, text=True, check=False
    )


async def test_the_command_says_what_it_did_and_when_the_old_key_may_go(
    under_the_old_key: Database, urls: DatabaseUrls, tmp_path: Path
) -> None:
    ended = run("reseal", environment(urls, tmp_path, NEW_KEY, OLD_KEY))

    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines() == [
        f"Sealed with key {NEW.key_id}: 500 secrets, of which 0 were plain.",
        f"Key {OLD.key_id} is no longer needed: it has sealed 0 secrets.",
    ]


async def test_the_command_ends_with_one_when_something_is_not_sealed_with_the_first_key(
    under_the_old_key: Database, urls: DatabaseUrls, tmp_path: Path
) -> None:
    ended = run("reseal", environment(urls, tmp_path, NEW_KEY))

    assert ended.returncode == 1
    assert f"Key {OLD.key_id} is missing" in ended.stdout


@pytest.mark.parametrize("command", ["api", "worker", "reseal"])
async def test_without_a_sealing_key_nothing_starts_and_one_line_says_why(
    urls: DatabaseUrls, tmp_path: Path, command: str
) -> None:
    given = environment(urls, tmp_path, NEW_KEY)
    del given["FRONTDOOR_SEALING_KEY_FILE"]

    ended = run(command, given)

    assert ended.returncode == 78
    assert ended.stderr == (
        "FRONTDOOR_SEALING_KEY_FILE: is not set, and has to be: name the file with the keys that seal secrets at rest\n"
    )
