"""A service meets a PostgreSQL with TLS: what is right works, what is wrong ends it with one line and 78."""

import asyncio
import os
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from chassis.db import Database
from chassis.run import migrate
from chassis.run.opening import DatabaseAway, opened, try_database
from chassis.run.provision import DatabaseUrls
from chassis.settings import SettingRefused
from frontdoor.doctor.of_certificates import check_certificates, of_databases
from local_stack.checkout import ROOT
from local_stack.keys import Keys
from local_stack.ports import Ports
from local_stack.postgres import Postgres
from local_stack.waiting import until
from tests.tls.certificates import Authority
from tests.tls.database import front_of, own_server, programs_with_tls

START_SECONDS = 60
PASSWORD = "only-for-tests"
VARIABLE = "FRONTDOOR_DATABASE_URL"
ENCRYPTED = text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")


@pytest.fixture(scope="module")
def server(folder: Path, ports: Ports) -> Iterator[Postgres]:
    """The locked server, which asks for passwords."""
    part = Postgres(folder / "locked", ports.take(), Keys(folder))
    part.start()
    try:
        until("PostgreSQL", part.ready, timeout_seconds=START_SECONDS, still_possible=part.alive)
        yield part
    finally:
        part.stop()


def at(port: int, server: Postgres, **query: str) -> str:
    """The administrator's address through ``port``. Behind the front a connection is encrypted, or there is none."""
    url = make_url(server.address).set(port=port, query=query)
    return url.render_as_string(hide_password=False)


def believing(authority: Authority, mode: str = "verify-full") -> dict[str, str]:
    return {"sslmode": mode, "sslrootcert": str(authority.file)}


@pytest.fixture
async def front(server: Postgres, authority: Authority) -> AsyncIterator[int]:
    port = make_url(server.address).port
    assert port
    async with front_of(port, authority.issue("database", "127.0.0.1")) as found:
        yield found


async def line_of(url: str) -> str:
    with pytest.raises(SettingRefused) as refused:
        await opened(url, of=VARIABLE)
    line = str(refused.value)
    assert line.startswith(f"{VARIABLE}: ")
    assert "\n" not in line
    return line


async def test_every_kind_of_connection_is_made_with_tls(front: int, server: Postgres, authority: Authority) -> None:
    db = Database.connect(at(front, server, **believing(authority)))

    await db.ping()
    async with db.driver_transaction() as connection:
        assert await connection.fetchval("SELECT 1") == 1
    async with db.own_connection() as own:
        assert await own.fetchval("SELECT 2") == 2
    await db.close()


async def test_a_database_is_made_and_migrated_with_tls(front: int, server: Postgres, authority: Authority) -> None:
    name = f"made_{uuid.uuid4().hex[:8]}"
    admin = make_url(at(front, server, **believing(authority)))
    owner, app = (
        admin.set(database=name, username=f"{name}_{kind}", password=PASSWORD).render_as_string(hide_password=False)
        for kind in ("owner", "app")
    )

    await migrate.prepare(
        DatabaseUrls(owner, app), package="chassis.testing", admin_url=admin.render_as_string(hide_password=False)
    )

    db = Database.connect(app)
    async with db.transaction() as tx:
        assert await tx.scalar(text("SELECT count(*) FROM event")) == 0
    await db.close()


async def test_another_authority_is_not_believed(front: int, server: Postgres, stranger: Authority) -> None:
    line = await line_of(at(front, server, **believing(stranger)))

    assert f"the database at 127.0.0.1:{front} is not believed" in line
    assert "not signed by the authority that is believed" in line


async def test_a_certificate_for_another_host_is_not_believed(
    front: int, server: Postgres, authority: Authority
) -> None:
    line = await line_of(at(front, server, **believing(authority)).replace("127.0.0.1", "localhost"))

    assert "its certificate is for another name" in line


async def test_a_certificate_that_has_expired_is_said(server: Postgres, authority: Authority) -> None:
    port = make_url(server.address).port
    assert port
    async with front_of(port, authority.issue("database-ended", "127.0.0.1", ended=True)) as front:
        line = await line_of(at(front, server, **believing(authority)))

    assert "its certificate has expired: have it renewed" in line


async def test_a_server_without_tls_is_not_given_the_password(server: Postgres, authority: Authority) -> None:
    line = await line_of(f"{server.address}?sslmode=verify-full&sslrootcert={authority.file}")

    assert "speaks no TLS: turn it on there, or write another sslmode" in line


async def test_a_wrong_password_is_said_without_the_password(
    front: int, server: Postgres, authority: Authority
) -> None:
    url = make_url(at(front, server, **believing(authority))).set(password="another-word")

    line = await line_of(url.render_as_string(hide_password=False))

    assert "does not accept the password of postgres" in line
    assert "another-word" not in line


async def test_a_database_that_is_not_there_is_named(server: Postgres) -> None:
    line = await line_of(make_url(server.address).set(database="nowhere").render_as_string(hide_password=False))

    assert "there is no database nowhere" in line


async def test_an_authority_that_cannot_be_read_is_named(server: Postgres, tmp_path: Path) -> None:
    (tmp_path / "empty.crt").write_text("nothing")

    line = await line_of(f"{server.address}?sslmode=verify-full&sslrootcert={tmp_path / 'empty.crt'}")

    assert "sslrootcert" in line


async def test_a_database_that_is_away_is_no_wrong_setting() -> None:
    away = "postgresql://nobody:nothing@127.0.0.1:1/nowhere"

    with pytest.raises(DatabaseAway, match=r"the database at 127\.0\.0\.1:1 does not answer: try again"):
        await opened(away, of=VARIABLE)
    await asyncio.to_thread(try_database, away)


@pytest.fixture(scope="module")
def own(folder: Path, ports: Ports, authority: Authority) -> Iterator[str]:
    """The administrator's address of a server that does its own TLS."""
    programs = programs_with_tls()
    if programs is None:
        pytest.skip("no PostgreSQL with OpenSSL is installed; the front stands for it")
    port = ports.take()
    with own_server(programs, folder / "own", port, PASSWORD, authority.issue("own", "127.0.0.1")):
        yield f"postgresql://postgres:{PASSWORD}@127.0.0.1:{port}/postgres"


async def test_a_server_that_does_its_own_tls_says_that_it_did(own: str, authority: Authority) -> None:
    db = Database.connect(f"{own}?sslmode=verify-full&sslrootcert={authority.file}")

    async with db.transaction() as tx:
        assert await tx.scalar(ENCRYPTED)
    await db.close()


async def test_a_server_that_does_its_own_tls_is_not_believed_for_a_stranger(own: str, stranger: Authority) -> None:
    line = await line_of(f"{own}?sslmode=verify-full&sslrootcert={stranger.file}")

    assert "not signed by the authority that is believed" in line


def environment(url: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "FRONTDOOR_DATABASE_URL": url,
        "FRONTDOOR_DATABASE_OWNER_URL": url,
        "FRONTDOOR_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "FRONTDOOR_OIDC_ISSUER": "http://127.0.0.1:1/realms/frontdoor",
        "FRONTDOOR_PUBLIC_URL": "http://127.0.0.1:8000",
        "FRONTDOOR_PARTNERSHIPS_FOLDER": str(ROOT / "partnerships"),
    }


async def ended(command: str, url: str) -> tuple[int | None, list[str]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "triage", command, env=environment(url), stderr=asyncio.subprocess.PIPE
    )
    _, errors = await asyncio.wait_for(process.communicate(), START_SECONDS)
    return process.returncode, errors.decode().splitlines()


@pytest.mark.parametrize(
    ("command", "variable"),
    [("migrate", "DATABASE_OWNER_URL"), ("api", "DATABASE_URL"), ("worker", "DATABASE_URL")],
)
async def test_a_wrong_password_ends_a_process_with_one_line(server: Postgres, command: str, variable: str) -> None:
    url = make_url(server.address).set(password="another-word").render_as_string(hide_password=False)

    code, lines = await ended(command, url)

    assert code == 78
    assert len(lines) == 1
    assert lines[0].startswith(f"FRONTDOOR_{variable}: the database at 127.0.0.1")
    assert "another-word" not in lines[0]


async def test_migrating_what_does_not_answer_ends_with_one_line_that_says_to_try_again() -> None:
    code, lines = await ended("migrate", "postgresql://nobody:nothing@127.0.0.1:1/nowhere")

    assert code == 1
    assert lines == ["FRONTDOOR_DATABASE_OWNER_URL: the database at 127.0.0.1:1 does not answer: try again"]


async def test_doctor_reads_the_certificate_of_a_database(
    front: int, server: Postgres, authority: Authority, stranger: Authority
) -> None:
    now = datetime.now(UTC)

    (believed,) = await check_certificates(of_databases({"x": at(front, server, **believing(authority))}), now=now)
    (foreign,) = await check_certificates(of_databases({"x": at(front, server, **believing(stranger))}), now=now)

    assert (believed.check, believed.says.split()[0]) == (f"certificate of 127.0.0.1:{front}", "ends")
    assert (foreign.good, "is not believed" in foreign.says) == (False, True)
