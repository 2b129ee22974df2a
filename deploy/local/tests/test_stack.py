"""One real start of every part: sign-ins work, data lasts, and nothing is left when it ends or is killed."""

import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from local_stack.assembly import SERVING_PARTS
from local_stack.children import Identity
from local_stack.errors import StackError
from local_stack.kafka import Kafka
from local_stack.stack import Stack, running
from local_stack.state import State
from local_stack.tokens import TokenSource
from local_stack.waiting import until


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with (
        pytest.MonkeyPatch.context() as patch,
        TemporaryDirectory(prefix="frontdoor-") as folder,
    ):
        for name in ("DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS", "OIDC_ISSUER", "SMTP_URL"):
            patch.delenv(name, raising=False)
        with running(Path(folder), services=False) as stack:
            yield stack
            processes = stack.processes()
        assert not [name for name, identity in processes.items() if identity.process() is not None]


def claims(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


def test_every_part_serves_and_is_written_down(stack: Stack) -> None:
    found = State(stack.folder).find()

    assert found is not None
    assert found["state"] == "ready"
    assert set(found["processes"]) == SERVING_PARTS
    assert all(part.ready() for part in stack.parts.values())


def test_every_client_gets_a_token_for_its_own_agency_by_its_private_key(stack: Stack) -> None:
    issuer = stack.parts["keycloak"].address

    for client_id, known in stack.sign_ins["clients"].items():
        found = claims(TokenSource.for_client(issuer, client_id, Path(known["private_key_file"])).token())

        assert (found["iss"], found["aud"], found["azp"]) == (issuer, "frontdoor", client_id)
        assert found["roles"] == known["roles"]
        assert (found["agency"], found.get("partnership")) == (known["agency"], known["partnership"])
        assert found["exp"] - found["iat"] == 300


def test_every_member_of_staff_signs_in_through_the_page(stack: Stack) -> None:
    issuer = stack.parts["keycloak"].address

    for username, known in stack.sign_ins["staff"].items():
        found = claims(TokenSource.for_staff(issuer, username, known["password"]).token())

        assert found["aud"] == "frontdoor"
        assert sorted(found["roles"]) == sorted(known["roles"])
        assert (found["agency"], found.get("partnership")) == (known["agency"], known["partnership"])
        assert not {"name", "email", "preferred_username", "given_name", "family_name"} & set(found)


def test_a_wrong_password_and_a_wrong_key_get_no_token(stack: Stack) -> None:
    issuer = stack.parts["keycloak"].address
    anothers_key = stack.keys.client_key_file("wandsworth-police")

    with pytest.raises(StackError, match="could not sign in"):
        TokenSource.for_staff(issuer, "wandsworth-auditor", "guess").token()
    with pytest.raises(StackError, match="no token for wandsworth-school"):
        TokenSource.for_client(issuer, "wandsworth-school", anothers_key).token()


def console(stack: Stack, password: str) -> httpx2.Response:
    """The answer to the administrator's sign-in with ``password``."""
    root = stack.parts["keycloak"].address.removesuffix("/realms/frontdoor")
    form = {"grant_type": "password", "client_id": "admin-cli", "username": "admin", "password": password}
    return httpx2.post(f"{root}/realms/master/protocol/openid-connect/token", data=form, timeout=60, trust_env=False)


def test_the_administrator_has_a_password_of_this_stack_alone(stack: Stack) -> None:
    password = stack.sign_ins["keycloak_console"]["password"]

    assert password == stack.keys.password("keycloak-console")
    assert console(stack, password).status_code == 200
    assert console(stack, "guess").json()["error"] == "invalid_grant"


def test_a_sign_in_leaves_the_password_hashed_as_it_was(stack: Stack) -> None:
    issuer, username = stack.parts["keycloak"].address, "wandsworth-auditor"
    TokenSource.for_staff(issuer, username, stack.sign_ins["staff"][username]["password"]).token()
    token = console(stack, stack.keys.password("keycloak-console")).json()["access_token"]
    users = f"{issuer.replace('/realms/', '/admin/realms/')}/users"

    with httpx2.Client(headers={"authorization": f"Bearer {token}"}, timeout=60, trust_env=False) as http:
        [user] = http.get(users, params={"username": username, "exact": "true"}).json()
        [credential] = http.get(f"{users}/{user['id']}/credentials").json()

    kept = json.loads(credential["credentialData"])
    assert (kept["algorithm"], kept["hashIterations"]) == ("pbkdf2-sha256", 1000)


def test_a_token_source_asks_once_while_its_token_holds(stack: Stack) -> None:
    key = stack.keys.client_key_file("frontdoor-operator")
    source = TokenSource.for_client(stack.parts["keycloak"].address, "frontdoor-operator", key)

    assert source.token() == source.token()


async def test_kafka_makes_no_topic_by_accident_and_keeps_those_it_has_when_killed(stack: Stack) -> None:
    broker = stack.parts["kafka"]
    assert isinstance(broker, Kafka)
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.address)
    await admin.start()
    await admin.create_topics([NewTopic("kept.v1", 12, 1)])
    await admin.close()

    os.kill(broker.child.pid, signal.SIGKILL)
    broker.start()
    until("Kafka again", broker.ready, timeout_seconds=60, still_possible=broker.alive)

    admin = AIOKafkaAdminClient(bootstrap_servers=broker.address)
    await admin.start()
    asked = await admin.describe_topics(["kept.v1", "accident.v1"])
    topics = await admin.list_topics()
    await admin.close()
    assert len(asked[0]["partitions"]) == 12
    assert "accident.v1" not in topics


def test_a_runner_that_is_killed_takes_its_processes_along_and_the_next_one_starts(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "local_stack"]
    where = ["--folder", str(tmp_path)]
    parts = ["--parts", "postgres,smtp", "--no-services"]
    state = State(tmp_path)

    def do(name: str, *more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command, name, *where, *more], capture_output=True, text=True, timeout=120)

    assert do("up", *parts).returncode == 0
    first = state.find()
    assert first is not None
    doomed = state.processes()
    os.kill(first["runner"]["pid"], signal.SIGKILL)
    until("the end of its processes", lambda: _all_gone(doomed), timeout_seconds=20)
    assert do("status").returncode == 1

    assert do("up", *parts).returncode == 0
    second = state.find()
    assert second is not None
    assert second["runner"] != first["runner"]
    assert do("up", *parts).stderr.startswith("a stack runs already")
    living = state.processes()
    assert set(living) == {"postgres", "smtp"}
    assert do("down").stdout.endswith("the stack has ended\n")
    assert _all_gone(living)
    assert do("down").stdout == "no stack was running\n"


def test_services_are_refused_without_the_parts_they_need(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="the services need agencies, kafka"), running(tmp_path, parts={"postgres"}):
        pytest.fail("started without its parts")


def _all_gone(processes: dict[str, Identity]) -> bool:
    return all(identity.process() is None for identity in processes.values())
