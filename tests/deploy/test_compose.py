"""docker-compose.yml as it runs: everything comes up, the walk passes, and nothing is lost whatever is killed.

The tests follow one another on one project, as an operator's days do.
"""

import json
import os
from typing import Any

import httpx2
import pytest

from frontdoor.demo.examples import read_all
from local_stack.checkout import ROOT
from tests.deploy.engine import PROJECT, Compose, docker, inspect, kill, memory_bytes, until
from tests.deploy.sender import Sender

pytestmark = [pytest.mark.engine, pytest.mark.timeout(3600)]

HEALTHY_WITHIN_SECONDS = 120
MOST_MEMORY_BYTES = 3_000_000_000
SERVICES = ("referral_intake", "triage", "agency_notify", "audit")
PROCESSES = tuple(f"{service.replace('_', '-')}-{role}" for service in SERVICES for role in ("api", "worker"))
ROWS = {
    "referral_intake": "SELECT count(*) FROM referral",
    "triage": 'SELECT count(*) FROM "case"',
    "agency_notify": "SELECT count(*) FROM notice",
    "audit": "SELECT count(*) FROM entry",
    "keycloak": "SELECT count(*) FROM user_entity",
}


def rows(compose: Compose) -> dict[str, int]:
    return {database: int(compose.query(database, statement)) for database, statement in ROWS.items()}


def settle(compose: Compose) -> None:
    """Every event is at every reader."""

    def nothing_missing() -> bool:
        asked = compose.run("operator", "frontdoor", "republish", "--dry-run", "--json", check=False)
        return asked.returncode == 0 and json.loads(asked.stdout)["gaps"] == []

    until("every event at every reader", nothing_missing)


def killed(compose: Compose, service: str, container: str) -> float:
    """How long it took until a container that was killed was well again."""
    started = inspect(container)["State"]["StartedAt"]
    kill(container)
    until(f"{service} started again", lambda: bool(inspect(container)["State"]["StartedAt"] != started))
    return until(f"{service} well again", lambda: compose.healthy(service))


def accepts_more(sender: Sender) -> None:
    """A referral that is sent from now on is accepted."""
    before = len(sender.accepted)
    until("another referral accepted", lambda: len(sender.accepted) > before)


def readiness(port: int) -> tuple[int, list[str]]:
    answer = httpx2.get(f"http://127.0.0.1:{port}/health/ready", timeout=10)
    return answer.status_code, answer.json()["failing"]


def test_nothing_starts_without_secrets(image: str) -> None:
    asked = docker("compose", "--env-file", "/dev/null", "--project-name", PROJECT, "up", "--no-start", check=False)

    assert asked.returncode != 0
    assert b"make secrets" in asked.stderr


def test_everything_is_healthy_in_time(compose: Compose, figures: dict[str, Any]) -> None:
    """A machine that does other things as well is given as much longer as it has others to serve."""
    crowd = max(
        1.0, max(figures["load_average_before"], figures["load_average_after_the_start"]) / (os.cpu_count() or 1)
    )

    assert figures["seconds_until_all_are_healthy"] <= HEALTHY_WITHIN_SECONDS * crowd
    assert set(PROCESSES) | {"web-client", "postgres", "kafka", "keycloak"} <= set(compose.containers())


def test_no_container_can_do_more_than_it_needs(compose: Compose) -> None:
    for service, container in compose.containers().items():
        found = inspect(container)
        assert found["HostConfig"]["CapDrop"] == ["ALL"], service
        assert found["HostConfig"]["ReadonlyRootfs"] or service == "kafka", service
        assert found["HostConfig"]["Memory"] > 0, service
        top = docker("top", container, "-o", "pid,uid").stdout.decode().split("\n")[1:]
        assert "0" not in {line.split()[1] for line in top if line}, service


def test_the_walk_passes_from_outside(compose: Compose, figures: dict[str, Any]) -> None:
    walked = compose.run("walk", check=False)

    assert walked.returncode == 0, (walked.stdout + walked.stderr).decode()[-3000:]
    assert b"Every step of 13 referrals was seen." in walked.stdout
    figures["megabytes_after_the_walk"] = round(sum(memory_bytes()) / 1_000_000)
    assert figures["megabytes_after_the_walk"] <= MOST_MEMORY_BYTES / 1_000_000


@pytest.mark.parametrize(
    "command", [["verify"], ["lag"], ["parked", "list"], ["consumer", "status"], ["partner", "list"]]
)
def test_the_operators_command_works(compose: Compose, command: list[str]) -> None:
    settle(compose)

    answered = compose.run("operator", "frontdoor", *command, check=False)

    assert answered.returncode == 0, (answered.stdout + answered.stderr).decode()[-2000:]


def test_an_api_is_not_ready_until_it_has_the_issuers_keys(compose: Compose) -> None:
    compose("stop", "keycloak")
    compose("restart", "triage-api")
    until("an answer of triage", lambda: _answers(8002))

    assert readiness(8002) == (503, ["issuer"])
    assert readiness(8001) == (200, []), "who has the keys goes on without the issuer"

    compose("start", "keycloak")
    until("triage ready again", lambda: readiness(8002) == (200, []))


def test_every_container_may_be_killed_while_referrals_arrive_and_none_is_lost(
    compose: Compose, figures: dict[str, Any]
) -> None:
    example = next(each for each in read_all(ROOT / "examples" / "referrals") if each.sender == "wandsworth-school")
    key = compose.env_file.parent / "secrets" / "keys" / f"{example.sender}.pem"
    before = rows(compose)
    back: dict[str, float] = {}

    with Sender(example, key) as sender:
        for service, container in compose.containers().items():
            back[service] = round(killed(compose, service, container), 1)
            accepts_more(sender)

    settle(compose)
    after = rows(compose)
    figures["seconds_until_well_after_a_kill"] = back
    figures["referrals_accepted_while_killing"] = len(sender.accepted)
    assert sender.refused == []
    assert len(set(sender.accepted)) == len(sender.accepted)
    assert after["referral_intake"] - before["referral_intake"] == len(sender.accepted)
    assert after["triage"] - before["triage"] == len(sender.accepted)
    assert compose.run("operator", "frontdoor", "verify", check=False).returncode == 0


def test_down_and_up_keep_everything(compose: Compose, figures: dict[str, Any]) -> None:
    settle(compose)
    before = rows(compose)

    compose("--profile", "*", "down")
    figures["seconds_until_all_are_healthy_again"] = round(compose.up(), 1)

    after = rows(compose)
    assert {name: after[name] for name in ("referral_intake", "triage", "keycloak")} == {
        name: before[name] for name in ("referral_intake", "triage", "keycloak")
    }
    assert after["audit"] >= before["audit"]
    assert compose.run("operator", "frontdoor", "verify", check=False).returncode == 0


def test_all_databases_come_back_from_one_backup(compose: Compose) -> None:
    """The rehearsal of docs/operations.md, for a lost disk."""
    settle(compose)
    before = rows(compose)
    backup = compose.as_administrator(
        "pg_basebackup", "--pgdata=-", "--format=tar", "--wal-method=fetch", "--checkpoint=fast"
    ).stdout
    compose("--profile", "*", "down")
    docker("volume", "rm", f"{PROJECT}_postgres", f"{PROJECT}_kafka")

    unpack = 'mkdir -p -m 700 "$PGDATA" && tar -x -C "$PGDATA"'
    compose("run", "--rm", "--no-deps", "-T", "--entrypoint", "sh", "postgres", "-c", unpack, stdin=backup)
    compose.up()

    settle(compose)
    after = rows(compose)
    assert {name: after[name] for name in ("referral_intake", "triage", "keycloak")} == {
        name: before[name] for name in ("referral_intake", "triage", "keycloak")
    }
    assert compose.run("operator", "frontdoor", "verify", check=False).returncode == 0
    assert compose.run("walk", check=False).returncode == 0


def test_one_service_restored_from_an_older_backup_gets_what_it_reads_again(compose: Compose) -> None:
    """The rehearsal of docs/operations.md, for the database of one service.

    Last of all: the log knows events that this service does not have any more, and an auditor's check says so for good.
    """
    settle(compose)
    backup = compose.as_administrator("pg_dump", "--format=custom", "triage").stdout
    cases = rows(compose)["triage"]
    assert compose.run("walk", check=False).returncode == 0
    settle(compose)
    newer = rows(compose)["triage"]
    assert newer > cases

    compose("stop", "triage-api", "triage-worker")
    restore = ("pg_restore", "--clean", "--if-exists", "--single-transaction", "--dbname=triage")
    compose.as_administrator(*restore, stdin=backup)
    assert rows(compose)["triage"] == cases
    compose("up", "--detach", "--wait", "triage-api", "triage-worker")

    until("every referral a case again", lambda: rows(compose)["triage"] == newer)


def _answers(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/health/live", timeout=5).status_code == httpx2.codes.OK
    except httpx2.HTTPError:
        return False
