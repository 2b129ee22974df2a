"""The command line: exit codes, one plain line for every failure, JSON for machines."""

import json

import httpx2
import pytest
from fake_services import Command, FakeServices, problem

COMMANDS = (
    ["lag"],
    ["parked", "list"],
    ["consumer", "status"],
    ["republish"],
    ["journey", "0b9a1f0e-3d55-4a52-9f0b-0b8f3c1f2a77"],
)


# -- every command --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", COMMANDS)
def test_a_service_that_does_not_answer_ends_with_3_and_one_line(
    command: Command, services: FakeServices, arguments: list[str]
) -> None:
    for service in ("referral-intake", "triage", "agency-notify", "audit"):
        for path in (
            "operator/delivery",
            "operator/parked",
            "operator/heads",
            "operator/totals",
            "operator/consumer",
            f"v1/journeys/{arguments[-1]}",
        ):
            services.on(f"GET {service}/{path}", httpx2.ConnectError("refused"))

    result = command(*arguments)

    assert result.exit_code == 3
    assert result.stdout == ""
    assert "does not answer at http" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_refusal_ends_with_1_and_says_what_the_service_said(command: Command, services: FakeServices) -> None:
    services.on("GET triage/operator/delivery", problem(403, "You are not allowed to do this", "Ask an operator."))

    result = command("lag")

    assert result.exit_code == 1
    assert result.stderr == "triage: You are not allowed to do this. Ask an operator\n"


def test_for_machines_a_failure_is_json_on_standard_output(command: Command, services: FakeServices) -> None:
    services.on("GET triage/operator/delivery", problem(503, "Try again"))

    result = command("lag", "--json")

    assert result.exit_code == 1
    assert json.loads(result.stdout) == {"problem": "triage: Try again"}
    assert result.stderr == ""


@pytest.mark.parametrize(
    "arguments",
    [["sing"], ["parked", "release", "triage"], ["parked", "release", "triage", "seven", "--reason", "checked"]],
)
def test_a_command_called_wrongly_ends_with_2(command: Command, arguments: list[str]) -> None:
    assert command(*arguments).exit_code == 2


def test_a_mistake_of_the_command_itself_is_one_line_that_says_where(command: Command, services: FakeServices) -> None:
    services.on("GET triage/operator/delivery", {"something": "else"})

    result = command("lag")

    assert result.exit_code == 1
    assert result.stderr.startswith("A mistake of this command itself: KeyError at lag.py:")
    assert len(result.stderr.splitlines()) == 1


def test_for_machines_the_answer_is_the_only_line(command: Command, services: FakeServices) -> None:
    def chatty(request: httpx2.Request) -> httpx2.Response:
        print("something on the way")
        return httpx2.Response(200, json={"unpublished": 0, "parked": 0, "halted": 0})

    services.on("GET triage/operator/delivery", chatty)

    result = command("lag", "--json")

    assert len(result.stdout.splitlines()) == 1
    assert result.stderr == "something on the way\n"


# -- lag ------------------------------------------------------------------------------------------------------------


def test_lag_counts_what_each_service_has_not_sent_and_not_read(command: Command, services: FakeServices) -> None:
    services.on("GET referral-intake/operator/delivery", {"unpublished": 2, "parked": 0, "halted": 0})
    recorded = {"referral-intake.v1": 1, "access.v1": 4}
    services.on("GET referral-intake/operator/totals", {"recorded": recorded, "applied": {}})
    services.on("GET triage/operator/totals", {"recorded": {}, "applied": {"referral-intake.v1": 1}})
    services.on("GET audit/operator/totals", {"recorded": {}, "applied": {"referral-intake.v1": 1, "access.v1": 1}})

    result = command("lag", "--json")

    assert result.exit_code == 0
    assert json.loads(result.stdout) == [
        {"service": "referral-intake", "to_send": 2, "to_read": 0, "parked": 0, "reading": "goes on"},
        {"service": "triage", "to_send": 0, "to_read": 0, "parked": 0, "reading": "goes on"},
        {"service": "agency-notify", "to_send": 0, "to_read": 1, "parked": 0, "reading": "goes on"},
        {"service": "audit", "to_send": 0, "to_read": 3, "parked": 0, "reading": "goes on"},
    ]


def test_parked_messages_make_lag_end_with_1(command: Command, services: FakeServices) -> None:
    services.on("GET triage/operator/delivery", {"unpublished": 0, "parked": 1, "halted": 0})

    result = command("lag")

    assert result.exit_code == 1
    assert "triage" in result.stdout


def test_reading_that_is_halted_makes_lag_end_with_1(command: Command, services: FakeServices) -> None:
    services.on("GET triage/operator/delivery", {"unpublished": 0, "parked": 0, "halted": 1})

    result = command("lag")

    assert result.exit_code == 1
    assert "halted" in result.stdout


# -- republish ------------------------------------------------------------------------------------------------------


def test_with_every_event_everywhere_nobody_is_asked(command: Command, services: FakeServices) -> None:
    services.versions("triage", "heads", {"case/1": 3})
    for reader in ("referral-intake", "agency-notify", "audit"):
        services.versions(reader, "applied", {"case/1": 3})

    result = command("republish")

    assert result.exit_code == 0
    assert result.stdout == "Every reader has every event.\n"


def test_the_owner_is_asked_once_from_the_version_that_all_readers_have(
    command: Command, services: FakeServices
) -> None:
    services.versions("triage", "heads", {"case/1": 5})
    services.versions("referral-intake", "applied", {"case/1": 4})
    services.versions("agency-notify", "applied", {"case/1": 2})
    services.versions("audit", "applied", {"case/1": 5})
    services.on("POST triage/operator/republish", {"events": 3}, status=202)

    result = command("republish", "--json")

    assert result.exit_code == 0
    assert services.sent("POST triage/operator/republish") == [{"aggregate": "case/1", "after_version": 2}]
    assert json.loads(result.stdout)["events"] == 3


def test_a_dry_run_asks_nobody_and_ends_with_1(command: Command, services: FakeServices) -> None:
    services.versions("audit", "heads", {"parked/audit/1": 1})

    result = command("republish", "--dry-run")

    assert result.exit_code == 1
    assert "parked/audit/1" in result.stdout
    assert not any(request.url.path.endswith("/republish") for request in services.requests)


def test_gaps_are_found_on_every_page(command: Command, services: FakeServices) -> None:
    cases = {f"case/{number}": 1 for number in range(7)}
    services.versions("triage", "heads", cases, page=2)
    for reader in ("referral-intake", "agency-notify"):
        services.versions(reader, "applied", cases, page=3)
    services.versions("audit", "applied", {name: 1 for name in cases if name != "case/5"}, page=3)

    result = command("republish", "--dry-run", "--json")

    assert [gap["aggregate"] for gap in json.loads(result.stdout)["gaps"]] == ["case/5"]
