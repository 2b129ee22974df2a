"""What each service is given: enough to serve, and no password that is not its own."""

import base64
import json
from pathlib import Path

import pytest

from local_stack.errors import StackError
from local_stack.keys import Keys
from local_stack.services import NAMES, Service, Surroundings, commands, environment, health, migrate

TRACES = {
    None: {"OTEL_TRACES_EXPORTER": "none"},
    "http://127.0.0.1:1": {
        "OTEL_TRACES_EXPORTER": "zipkin",
        "OTEL_EXPORTER_ZIPKIN_ENDPOINT": "http://127.0.0.1:1/api/v2/spans",
    },
}


@pytest.fixture
def services() -> dict[str, Service]:
    return {
        name: Service(name, 2000 + 2 * at, 2001 + 2 * at, f"postgresql://owner@{name}", f"postgresql://app@{name}")
        for at, name in enumerate(NAMES)
    }


def surroundings(folder: Path, zipkin_url: str | None = None) -> Surroundings:
    issuer, witnesses = "http://127.0.0.1:1/realms/frontdoor", {"witness.example.org/local+0+A": "http://127.0.0.1:2"}
    return Surroundings("127.0.0.1:9092", issuer, "smtp://x:1", zipkin_url, Keys(folder), witnesses)


def test_a_serving_process_knows_its_own_database_as_its_serving_role_only(
    tmp_path: Path, services: dict[str, Service]
) -> None:
    for name, service in services.items():
        given = environment(service, surroundings(tmp_path), services)

        assert given["FRONTDOOR_DATABASE_URL"] == f"postgresql://app@{name}"
        assert not [value for value in given.values() if "owner@" in value]


def test_every_service_knows_where_the_others_answer(tmp_path: Path, services: dict[str, Service]) -> None:
    given = environment(services["triage"], surroundings(tmp_path), services)

    urls = json.loads(given["FRONTDOOR_SERVICE_URLS"])
    assert urls == {name: service.url for name, service in services.items()}
    assert given["FRONTDOOR_PUBLIC_URL"] == urls["triage"]


def test_signing_keys_go_only_to_those_who_sign(tmp_path: Path, services: dict[str, Service]) -> None:
    given = {name: environment(service, surroundings(tmp_path), services) for name, service in services.items()}

    assert {name for name in NAMES if "FRONTDOOR_WEBHOOK_SIGNING_KEY_FILE" in given[name]} == {"agency-notify"}
    assert {name for name in NAMES if "FRONTDOOR_SIGNING_KEY_FILE" in given[name]} == {"audit"}


def test_the_sealing_key_is_made_once_for_the_one_service_that_seals_and_read_by_nobody_else(
    tmp_path: Path, services: dict[str, Service]
) -> None:
    given = {name: environment(each, surroundings(tmp_path), services) for name, each in services.items()}
    file = Path(given["agency-notify"]["FRONTDOOR_SEALING_KEY_FILE"])
    made = file.read_bytes()
    again = environment(services["agency-notify"], surroundings(tmp_path), services)["FRONTDOOR_SEALING_KEY_FILE"]

    assert {name for name in NAMES if "FRONTDOOR_SEALING_KEY_FILE" in given[name]} == {"agency-notify"}
    assert len(base64.b64decode(made, validate=False)) == 32
    assert file.stat().st_mode & 0o077 == 0
    assert Path(again).read_bytes() == made


def test_the_log_knows_its_witness_by_key_and_address_and_no_other_service_does(
    tmp_path: Path, services: dict[str, Service]
) -> None:
    given = {name: environment(service, surroundings(tmp_path), services) for name, service in services.items()}

    assert {name for name in NAMES if "FRONTDOOR_WITNESSES" in given[name]} == {"audit"}
    assert json.loads(given["audit"]["FRONTDOOR_WITNESSES"]) == surroundings(tmp_path).witnesses
    assert given["audit"]["FRONTDOOR_WITNESSES_NEEDED"] == "1"


@pytest.mark.parametrize("zipkin_url", [None, "http://127.0.0.1:1"])
def test_traces_go_to_zipkin_where_there_is_one(
    tmp_path: Path, services: dict[str, Service], zipkin_url: str | None
) -> None:
    given = environment(services["audit"], surroundings(tmp_path, zipkin_url), services)

    assert {name: value for name, value in given.items() if name.startswith("OTEL")} == TRACES[zipkin_url]


def test_each_service_runs_as_one_api_and_one_worker_that_tell_their_health(
    tmp_path: Path, services: dict[str, Service]
) -> None:
    started = dict(commands(surroundings(tmp_path), services))
    asked = dict(health(services))

    assert set(started) == set(asked) == {f"{name}-{role}" for name in NAMES for role in ("api", "worker")}
    assert asked["referral-intake-worker"] == "http://127.0.0.1:2001/health/ready"
    assert started["referral-intake-worker"].arguments[1:] == ["-m", "referral_intake", "worker"]


def test_further_workers_have_names_and_ports_of_their_own(tmp_path: Path) -> None:
    triage = {"triage": Service("triage", 2000, 2001, "owner", "app", more_worker_ports=(2002, 2003))}
    started = dict(commands(surroundings(tmp_path), triage))

    assert list(started) == ["triage-api", "triage-worker", "triage-worker-2", "triage-worker-3"]
    assert started["triage-worker-3"].arguments == started["triage-worker"].arguments
    ports = [started[name].environment["FRONTDOOR_WORKER_HTTP_PORT"] for name in started if "worker" in name]
    assert ports == ["2001", "2002", "2003"]
    assert dict(health(triage))["triage-worker-2"] == "http://127.0.0.1:2002/health/ready"


def test_a_database_that_cannot_be_migrated_ends_the_start_with_its_service_and_no_password() -> None:
    with pytest.raises(StackError, match="triage could not migrate") as failure:
        migrate("triage", "postgresql://owner:secret-word@127.0.0.1:1/triage", package="triage")

    assert "secret-word" not in str(failure.value)
