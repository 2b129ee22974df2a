"""Parked messages, halted readers and catching up, on the command line."""

import json
from typing import Any

import httpx2
import pytest
from fake_services import Command, FakeServices, problem

PARKED: dict[str, Any] = {
    "id": 7,
    "topic": "triage.v1",
    "partition": 3,
    "kafka_offset": 41,
    "aggregate": "case/1",
    "version": 2,
    "state": "failing",
    "error_class": "KeyError",
    "place": "triage.news:on_added:41",
    "attempts": 3,
    "parked_at": "2026-11-23T09:00:00Z",
    "next_try_at": "2026-11-23T09:00:20Z",
    "asked": None,
    "key": "1",
}
CHOSEN: dict[str, Any] = {
    "id": 7,
    "aggregate": "case/1",
    "version": 2,
    "state": "parked",
    "error_class": "Invalid",
    "earlier": False,
    "waits_for": None,
}


def park(services: FakeServices, service: str, *rows: dict[str, Any]) -> None:
    def reply(request: httpx2.Request) -> httpx2.Response:
        after = int(request.url.params["after"])
        return httpx2.Response(200, json={"parked": [row for row in rows if row["id"] > after][:1], "waiting": 1})

    services.on(f"GET {service}/operator/parked", reply)


# -- parked ---------------------------------------------------------------------------------------------------------


def test_without_parked_messages_all_is_good(command: Command) -> None:
    result = command("parked", "list")

    assert result.exit_code == 0
    assert result.stdout == "No messages are parked.\n"


def test_parked_messages_of_every_service_and_page_are_listed_and_end_with_1(
    command: Command, services: FakeServices
) -> None:
    park(services, "triage", PARKED, {**PARKED, "id": 9})
    park(services, "audit", {**PARKED, "id": 1})

    result = command("parked", "list", "--json")

    assert result.exit_code == 1
    assert [(row["service"], row["id"]) for row in json.loads(result.stdout)] == [
        ("triage", 7),
        ("triage", 9),
        ("audit", 1),
    ]


def test_a_parked_message_that_names_no_aggregate_is_shown_too(command: Command, services: FakeServices) -> None:
    park(services, "triage", {**PARKED, "aggregate": None, "version": None, "asked": "release"})

    result = command("parked", "list")

    assert "unknown" in result.stdout
    assert "release" in result.stdout


@pytest.mark.parametrize("act", ["release", "discard"])
def test_the_reason_is_sent_with_what_is_asked(command: Command, services: FakeServices, act: str) -> None:
    asked = {"status": "asked", "count": 1, "messages": [CHOSEN]}
    services.on(f"POST triage/operator/parked/7/{act}", asked, status=202)

    result = command("parked", act, "triage", "7", "--reason", " The pack was mended. ")

    (sent,) = services.sent(f"POST triage/operator/parked/7/{act}")
    assert result.exit_code == 0
    assert sent == {"reason": "The pack was mended."} | ({"with_earlier": False} if act == "discard" else {})
    assert f"Asked triage to {act} 1." in result.stdout


def test_the_list_says_state_place_and_next_try(command: Command, services: FakeServices) -> None:
    park(services, "triage", PARKED)

    result = command("parked", "list")

    assert all(
        said in result.stdout for said in ("failing", "KeyError", "triage.news:on_added:41", "2026-11-23T09:00:20")
    )


def test_the_list_is_asked_for_in_part(command: Command, services: FakeServices) -> None:
    command("parked", "list", "--service", "triage", "--state", "gap", "--reason", "gap", "--key", "a b&c")

    (request,) = services.requests
    assert request.url.host == "triage.example.org"
    assert dict(request.url.params) == {"after": "0", "state": "gap", "reason": "gap", "key": "a b&c"}


def test_one_message_is_shown(command: Command, services: FakeServices) -> None:
    shown = {**PARKED, "headers": {"ce_type": "case.rated.v1"}, "data_bytes": 312}
    services.on("GET triage/operator/parked/7", shown)

    result = command("parked", "show", "triage", "7")

    assert result.exit_code == 0
    assert "case.rated.v1" in result.stdout
    assert "312" in result.stdout


def test_many_are_named_in_a_dry_run(command: Command, services: FakeServices) -> None:
    answer = {"status": "would be asked", "count": 1500, "messages": [{**CHOSEN, "state": "gap", "waits_for": 2}]}
    services.on("POST triage/operator/parked/discard", answer, status=202)

    result = command("parked", "discard", "triage", "--all-of-reason", "Invalid", "--dry-run", "--reason", "not ours")

    assert result.exit_code == 0
    assert services.sent("POST triage/operator/parked/discard") == [
        {"reason": "not ours", "with_earlier": False, "all_of_reason": "Invalid", "key": None, "dry_run": True}
    ]
    assert "and 1499 more" in result.stdout
    assert "version 2 has not come" in " ".join(result.stdout.split())
    assert "Nothing was asked" in result.stdout


def test_one_is_named_in_a_dry_run(command: Command, services: FakeServices) -> None:
    answer = {"status": "would be asked", "count": 1, "messages": [CHOSEN]}
    services.on("POST triage/operator/parked/7/release", answer, status=202)

    result = command("parked", "release", "triage", "7", "--dry-run", "--reason", "the pack was mended")

    assert result.exit_code == 0
    assert services.sent("POST triage/operator/parked/7/release") == [
        {"reason": "the pack was mended", "dry_run": True}
    ]
    assert "Nothing was asked" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [[], ["7", "--key", "x"], ["7", "--all-of-reason", "x"], ["--dry-run"]],
    ids=["none", "id and key", "id and reason", "dry run of nothing"],
)
def test_which_messages_are_meant_has_to_be_said(
    command: Command, services: FakeServices, arguments: list[str]
) -> None:
    result = command("parked", "discard", "triage", *arguments, "--reason", "not ours")

    assert result.exit_code == 2
    assert services.requests == []


# -- consumer -------------------------------------------------------------------------------------------------------


def test_while_everybody_reads_all_is_good(command: Command) -> None:
    assert command("consumer", "status").exit_code == 0


def test_a_halt_is_shown_with_its_reasons_and_what_to_do_and_ends_with_1(
    command: Command, services: FakeServices
) -> None:
    state = {"halted": True, "halted_at": "2026-11-23T09:00:00Z", "wrong": 51, "reasons": {"Invalid": 51}}
    services.on("GET triage/operator/consumer", state)

    result = command("consumer", "status")

    assert result.exit_code == 1
    assert "Invalid: 51" in result.stdout
    assert "frontdoor consumer resume triage" in result.stdout


def test_resuming_sends_the_reason_and_what_is_tolerated(command: Command, services: FakeServices) -> None:
    services.on("POST triage/operator/consumer/resume", {"status": "resumed"}, status=202)

    result = command("consumer", "resume", "triage", "--reason", "foreign records", "--tolerate", "5000")

    assert result.exit_code == 0
    assert services.sent("POST triage/operator/consumer/resume") == [{"reason": "foreign records", "tolerate": 5000}]


def test_there_has_to_be_a_halt_to_resume(command: Command, services: FakeServices) -> None:
    services.on("POST triage/operator/consumer/resume", problem(409, "Reading is not halted"))

    result = command("consumer", "resume", "triage", "--reason", "foreign records")

    assert (result.exit_code, result.stderr) == (1, "triage: Reading is not halted\n")


def test_a_reason_that_says_nothing_is_refused_before_anybody_is_asked(
    command: Command, services: FakeServices
) -> None:
    result = command("parked", "release", "triage", "7", "--reason", "ok")

    assert result.exit_code == 2
    assert services.requests == []


def test_a_service_that_does_not_exist_is_a_wrong_call(command: Command) -> None:
    result = command("parked", "release", "billing", "7", "--reason", "The pack was mended.")

    assert result.exit_code == 2
    assert "the services are referral-intake, triage, agency-notify, audit" in result.stderr


def test_a_message_that_is_not_there_ends_with_1(command: Command, services: FakeServices) -> None:
    result = command("parked", "discard", "triage", "8", "--reason", "It was sent by mistake.")

    assert result.exit_code == 1
    assert result.stderr == "triage: There is nothing here\n"


# -- catching up ---------------------------------------------------------------------------------------------------


def test_a_reader_catches_up_on_a_type_through_its_owners_whole_history(
    command: Command, services: FakeServices
) -> None:
    pages = iter([{"events": 2, "next": 50000}, {"events": 1, "next": None}])
    services.on("POST referral-intake/operator/backfill", {"status": "asked"}, status=202)
    services.on("POST triage/operator/republish-type", lambda _: httpx2.Response(202, json=next(pages)))

    result = command(
        "republish", "--to", "referral-intake", "--type", "case.linked.v1", "--reason", "release 12 shows links"
    )

    assert result.exit_code == 0
    assert [request.url.path for request in services.requests] == [
        "/operator/backfill",
        "/operator/republish-type",
        "/operator/republish-type",
    ]
    assert services.sent("POST triage/operator/republish-type")[1]["after"] == 50000
    assert "Events published again: 3." in result.stdout


def test_a_dry_run_of_catching_up_only_counts(command: Command, services: FakeServices) -> None:
    services.on("POST triage/operator/republish-type", {"events": 4, "next": None}, status=202)

    result = command("republish", "--to", "referral-intake", "--type", "case.linked.v1", "--dry-run")

    assert services.sent("POST triage/operator/republish-type") == [
        {"type": "case.linked.v1", "after": 0, "dry_run": True}
    ]
    assert "Nothing was asked" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["--to", "triage"],
        ["--type", "case.linked.v1"],
        ["--to", "triage", "--type", "case.linked.v1", "--reason", "triage does not read its own topic"],
        ["--to", "triage", "--type", "weather.changed.v1", "--reason", "no topic carries it"],
        ["--to", "referral-intake", "--type", "case.linked.v1"],
    ],
)
def test_catching_up_that_cannot_be_is_a_wrong_call(
    command: Command, services: FakeServices, arguments: list[str]
) -> None:
    result = command("republish", *arguments)

    assert result.exit_code == 2
    assert services.requests == []
