"""Channels of agencies and roles, listed and set by an operator."""

import json
from typing import Any

import httpx2
import pytest
from fake_services import Command, FakeServices, problem

OF_ROLE = {
    "partnership": "wandsworth", "agency": "wandsworth-mash", "role": "mash-manager", "channel": "e-mail",
    "address": "manager@example.org", "signing": None, "disabled_at": None, "disabled_reason": None,
}  # fmt: skip
OFF = {
    **OF_ROLE, "role": None, "channel": "webhook", "address": "https://hub.example.org/in",
    "disabled_at": "2026-11-23T10:00:00Z", "disabled_reason": "gone",
}  # fmt: skip
HUB = ("wandsworth-mash", "--partnership", "wandsworth")
PUT = "PUT agency-notify/v1/endpoints/wandsworth-mash"


def test_every_channel_is_listed_with_the_role_it_is_for(command: Command, services: FakeServices) -> None:
    services.on("GET agency-notify/v1/endpoints", {"endpoints": [OFF, OF_ROLE]})

    shown = command("endpoint", "list").stdout

    assert "gone 2026-11-23" in shown
    assert "mash-manager" in shown


def test_channels_of_a_role_are_set_at_its_agency(command: Command, services: FakeServices) -> None:
    services.on(f"{PUT}/roles/mash-manager", {"endpoints": [OF_ROLE]})

    result = command("endpoint", "set", *HUB, "--role", "mash-manager", "--email", "manager@example.org", "--json")

    assert json.loads(result.stdout)["endpoints"] == [OF_ROLE]
    assert services.sent(f"{PUT}/roles/mash-manager") == [
        {"partnership": "wandsworth", "endpoints": [{"channel": "e-mail", "address": "manager@example.org"}]}
    ]


def test_channels_of_an_agency_are_set_and_switched_off(command: Command, services: FakeServices) -> None:
    services.on(PUT, {"endpoints": []})

    command("endpoint", "set", *HUB, "--webhook", "https://hub.example.org/in")
    command("endpoint", "set", *HUB, "--none")

    assert [body["endpoints"] for body in services.sent(PUT)] == [
        [{"channel": "webhook", "address": "https://hub.example.org/in"}],
        [],
    ]


def test_nothing_is_switched_off_by_a_word_that_was_forgotten(command: Command, services: FakeServices) -> None:
    for arguments in ((), ("--none", "--email", "hub@example.org")):
        result = command("endpoint", "set", *HUB, *arguments)

        assert result.exit_code == 2
        assert "--none" in result.stderr
    assert services.requests == []


def test_what_the_service_refuses_is_one_line(command: Command, services: FakeServices) -> None:
    services.on(f"{PUT}/roles/nobody", problem(422, "The partnership's pack has no such role at this agency or team"))

    result = command("endpoint", "set", *HUB, "--role", "nobody", "--email", "x@example.org")

    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "no such role" in result.stderr


def endpoint(**changed: Any) -> dict[str, Any]:
    """The webhook of the police, with how it does."""
    return {
        "endpoint_id": "7d1c9a52-3b1e-4c55-9a54-000000000061",
        "partnership": "wandsworth",
        "agency": "metropolitan-police",
        "role": None,
        "channel": "webhook",
        "address": "https://hooks.example.org/in",
        "disabled_at": None,
        "disabled_reason": None,
        "failures": 0,
        "waiting": 0,
        "answers": [],
    } | changed


TEST_PATH = "agency-notify/v1/endpoints/7d1c9a52-3b1e-4c55-9a54-000000000061/tests"
TEST = {"test_id": "t-1", "state": "waiting", "status": None, "failure": None}


def test_health_shows_what_endpoints_answered_and_ends_with_1_when_one_fails(
    command: Command, services: FakeServices
) -> None:
    answer = {"at": "2026-11-29T09:00:00.5Z", "is_test": True, "status": 503, "failure": "server-error"}
    services.on("GET agency-notify/v1/endpoint-health", {"endpoints": [endpoint(failures=3, answers=[answer])]})

    result = command("endpoint", "health")

    assert result.exit_code == 1
    assert "failed 3 in a row" in result.stdout
    assert "2026-11-29T09:00:00 test server-error 503" in result.stdout


def test_health_ends_with_0_when_all_are_in_order(command: Command, services: FakeServices) -> None:
    services.on("GET agency-notify/v1/endpoint-health", {"endpoints": [endpoint()]})

    assert command("endpoint", "health").exit_code == 0


@pytest.mark.parametrize(
    ("end", "exit_code", "said"),
    [
        ({"state": "answered", "status": 204}, 0, "was accepted (204)"),
        ({"state": "failed", "status": 500, "failure": "server-error"}, 1, "failed: server-error (500)"),
        ({"state": "unfinished"}, 1, "no worker of agency-notify sent it in time"),
    ],
)
def test_a_test_notice_is_waited_for_and_said(
    command: Command,
    services: FakeServices,
    monkeypatch: pytest.MonkeyPatch,
    end: dict[str, Any],
    exit_code: int,
    said: str,
) -> None:
    monkeypatch.setattr("frontdoor.endpoints._LOOK_AGAIN_SECONDS", 0)
    services.on("GET agency-notify/v1/endpoints", {"endpoints": [endpoint()]})
    services.on(f"POST {TEST_PATH}", TEST, status=202)
    replies = iter([TEST, {**TEST, **end}])
    services.on(f"GET {TEST_PATH}/t-1", lambda _: httpx2.Response(200, json=next(replies)))

    result = command("endpoint", "test", "metropolitan-police", "--partnership", "wandsworth")

    assert (result.exit_code, said in result.stdout) == (exit_code, True), result.output


def test_an_endpoint_that_is_not_there_is_not_tested(command: Command, services: FakeServices) -> None:
    services.on("GET agency-notify/v1/endpoints", {"endpoints": [endpoint()]})

    result = command("endpoint", "test", "metropolitan-police", "--partnership", "wandsworth", "--channel", "e-mail")

    assert result.exit_code == 2
    assert services.sent(f"POST {TEST_PATH}") == []
