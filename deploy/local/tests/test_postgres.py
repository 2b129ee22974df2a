"""PostgreSQL of the stack: it starts again after the worst, and serving roles own nothing."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import psutil
import pytest

from chassis.run.provision import DatabaseUrls, provision_at
from local_stack.databases import provision
from local_stack.keys import Keys
from local_stack.ports import Ports
from local_stack.postgres import Postgres
from local_stack.waiting import until

START_SECONDS = 60


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    ports = Ports()
    with TemporaryDirectory(prefix="frontdoor-") as folder:
        server = Postgres(Path(folder), ports.take(), Keys(Path(folder)))
        start(server)
        yield server
        server.stop()
    ports.release()


def start(server: Postgres) -> None:
    server.start()
    until("PostgreSQL", server.ready, timeout_seconds=START_SECONDS, still_possible=server.alive)


async def test_it_keeps_what_was_committed_when_it_is_killed(server: Postgres) -> None:
    connection = await asyncpg.connect(server.address)
    await connection.execute("CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)")
    doomed = [psutil.Process(server.child.pid), *psutil.Process(server.child.pid).children(recursive=True)]

    for process in doomed:
        process.kill()
    psutil.wait_procs(doomed, timeout=10)
    start(server)

    connection.terminate()
    connection = await asyncpg.connect(server.address)
    assert await connection.fetchval("SELECT id FROM kept") == 7
    assert await connection.fetchval("SHOW fsync") == "on"
    await connection.close()


async def test_a_note_of_a_server_from_before_a_reboot_does_not_keep_it_from_starting(server: Postgres) -> None:
    server.stop()
    note = server.folder / "postmaster.pid"
    note.write_text(f"{os.getpid()}\n{server.folder}\n1\n5432\n\n127.0.0.1\n  1 1\nready   \n")

    start(server)

    assert server.ready()


async def test_a_wrong_password_is_refused(server: Postgres) -> None:
    forged = server.address.replace(server.address.split(":")[2].split("@")[0], "guess")

    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(forged)


async def test_the_serving_role_can_use_the_database_but_own_nothing(server: Postgres) -> None:
    owner_url, app_url = provision(server.address, "triage")
    owner, app = await asyncpg.connect(owner_url), await asyncpg.connect(app_url)
    await owner.execute('CREATE TABLE "case" (id int); GRANT SELECT ON "case" TO triage_app')

    assert await app.fetch('SELECT * FROM "case"') == []
    for forbidden in ("CREATE TABLE mine (id int)", 'DROP TABLE "case"', "CREATE DATABASE mine", "CREATE ROLE mine"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute(forbidden)
    await owner.close()
    await app.close()


async def test_a_service_cannot_enter_anothers_database(server: Postgres) -> None:
    _, audit_url = provision(server.address, "audit")
    provision(server.address, "agency_notify")

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(audit_url.removesuffix("/audit") + "/agency_notify")


# -- a database from its addresses -------------------------------------------------------------------------------


def addresses(server: Postgres, name: str, *, owner: str = "owner-word", app: str = "app-word") -> DatabaseUrls:
    place = server.address.rpartition("@")[2].partition("/")[0]
    return DatabaseUrls(
        f"postgresql://{name}_owner:{owner}@{place}/{name}", f"postgresql://{name}_app:{app}@{place}/{name}"
    )


async def who(url: str) -> str:
    connection = await asyncpg.connect(url)
    try:
        return str(await connection.fetchval("SELECT current_user"))
    finally:
        await connection.close()


async def test_a_database_is_made_with_a_password_for_each_role(server: Postgres) -> None:
    made = addresses(server, "provided")
    await provision_at(server.address, made)

    assert (await who(made.owner_url), await who(made.app_url)) == ("provided_owner", "provided_app")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(made.owner_url.replace("owner-word", "app-word"))


async def test_what_is_there_stays_and_gets_the_passwords_of_today(server: Postgres) -> None:
    first, second = addresses(server, "provided_again"), addresses(server, "provided_again", app="another-word")
    await provision_at(server.address, first)
    owner = await asyncpg.connect(first.owner_url)
    await owner.execute("CREATE TABLE kept (id int)")
    await owner.close()

    await provision_at(server.address, second)

    assert await who(second.app_url) == "provided_again_app"
    owner = await asyncpg.connect(second.owner_url)
    assert await owner.fetchval("SELECT count(*) FROM kept") == 0
    await owner.close()


@pytest.mark.parametrize(
    ("owner", "app"),
    [
        ("postgresql://triage_owner:x@h/triage", "postgresql://audit_app:x@h/audit"),
        ("postgresql://postgres:x@h/triage", "postgresql://triage_app:x@h/triage"),
        ("postgresql://triage_owner:x@h", "postgresql://triage_app:x@h"),
    ],
)
async def test_addresses_of_other_roles_or_databases_are_refused(server: Postgres, owner: str, app: str) -> None:
    with pytest.raises(ValueError, match="the addresses of one database"):
        await provision_at(server.address, DatabaseUrls(owner, app))
