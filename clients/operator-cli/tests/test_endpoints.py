"""Channels of agencies and roles, listed and set by an operator."""

import json

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
