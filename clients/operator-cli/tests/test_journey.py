"""A referral's journey: found by reference or id, in the order of time, with traces."""

import json
from datetime import timedelta
from typing import Any

import pytest
from fake_services import Command, FakeServices

from chassis.ids import new_reference
from frontdoor.journey import elapsed, trace_id_of, words

REFERRAL_ID = "0b9a1f0e-3d55-4a52-9f0b-0b8f3c1f2a77"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def entry(type_: str, second: float, leaf: int, **data: Any) -> dict[str, Any]:
    return {
        "leaf_index": leaf,
        "event": {
            "type": type_,
            "source": "triage",
            "subject": "case/1",
            "sequence": 1,
            "time": f"2026-11-23T09:00:{second:06.3f}Z",
            "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01",
            "data": data,
        },
    }


RECEIVED = entry("referral.received.v1", 1, 3, reference="WAN-7K3M-Q9TR", agency="ashcroft-primary")
OPENED = entry("case.opened.v1", 1.25, 4, agency="ashcroft-primary")
DECIDED = entry("case.decided.v1", 40, 5, outcome="assessment", agency="ashcroft-primary", child_id="1")


def log_of(services: FakeServices, *entries: dict[str, Any]) -> None:
    services.on(f"GET audit/v1/journeys/{REFERRAL_ID}", {"referral_id": REFERRAL_ID, "entries": list(entries)})


def test_steps_are_told_in_the_order_of_time_since_the_receipt(command: Command, services: FakeServices) -> None:
    log_of(services, DECIDED, RECEIVED, OPENED)

    result = command("journey", REFERRAL_ID, "--json")

    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert told["reference"] == "WAN-7K3M-Q9TR"
    assert [(step["type"], step["seconds_since_receipt"]) for step in told["steps"]] == [
        ("referral.received.v1", 0.0),
        ("case.opened.v1", 0.25),
        ("case.decided.v1", 39.0),
    ]
    assert {step["trace_id"] for step in told["steps"]} == {TRACE}


def test_what_a_sender_told_later_is_named_by_its_code(command: Command, services: FakeServices) -> None:
    informed = entry("case.informed.v1", 50, 6, news="new-child", edition=2, immediate_danger=False)
    log_of(services, RECEIVED, entry("case.reopened.v1", 50, 5), informed)

    shown = command("journey", REFERRAL_ID).stdout

    assert "case reopened" in shown
    assert "new-child" in shown


def test_people_read_steps_in_words_with_codes_and_agencies_only(command: Command, services: FakeServices) -> None:
    log_of(services, RECEIVED, DECIDED)

    shown = command("journey", REFERRAL_ID).stdout

    assert "+39.000 s" in shown
    assert "case decided" in shown
    assert "assessment, ashcroft-primary" in shown


def noticed(type_: str, second: float, leaf: int, notice: str, **data: Any) -> dict[str, Any]:
    facts = {"notice_id": notice, "kind": "clock-breached", "agency": "wandsworth-mash", **data}
    return entry(f"notice.{type_}.v1", second, leaf, **facts)


CLIMB = (
    noticed("queued", 2, 6, "n1", roles=["social-worker"], channels=["inbox", "e-mail"]),
    noticed("delivered", 3, 7, "n1", channel="e-mail"),
    noticed("queued", 20, 8, "n2", kind="notice-unopened", roles=["line-manager"], escalates="n1"),
    noticed("escalated", 20, 9, "n1", escalated_to="line-manager", stage=2, escalation_notice_id="n2"),
    noticed("queued", 40, 10, "n3", kind="notice-unopened", roles=["mash-manager"], escalates="n1"),
    noticed("escalated", 40, 11, "n1", escalated_to="mash-manager", stage=3, escalation_notice_id="n3"),
    noticed("opened", 45, 12, "n3", kind="notice-unopened", opened_by="staff-7", roles=["mash-manager"]),
    noticed("acknowledged", 46, 13, "n3", kind="notice-unopened", acknowledged_by="staff-7", roles=["mash-manager"]),
)


def test_who_opened_each_notice_and_how_far_it_climbed_is_shown(command: Command, services: FakeServices) -> None:
    log_of(services, RECEIVED, *CLIMB)

    shown = command("journey", REFERRAL_ID).stdout
    found = json.loads(command("journey", REFERRAL_ID, "--json").stdout)["notices"]

    for part in ("line-manager +19.000 s", "mash-manager +39.000 s", "+44.000 s mash-manager"):
        assert part in shown
    assert [(each["kind"], each["roles"], each["escalates"]) for each in found] == [
        ("clock-breached", ["social-worker"], None),
        ("notice-unopened", ["line-manager"], "n1"),
        ("notice-unopened", ["mash-manager"], "n1"),
    ]
    assert [each["to"] for each in found[0]["escalated"]] == ["line-manager", "mash-manager"]
    assert (found[0]["opened"], found[0]["delivered"]) == (None, ["e-mail"])
    assert found[2]["acknowledged"] == {"by": "staff-7", "roles": ["mash-manager"], "seconds_since_receipt": 45.0}
    assert "staff-7" not in shown


def test_a_notice_that_was_withheld_or_failed_is_shown_as_that(command: Command, services: FakeServices) -> None:
    log_of(
        services,
        RECEIVED,
        noticed("withheld", 2, 6, "n1", kind="referral-decided", reason="superseded"),
        noticed("queued", 3, 7, "n2"),
        noticed("failed", 4, 8, "n2", channel="webhook", failure="gone"),
        noticed("withheld", 5, 9, "n2", reason="superseded", channel="e-mail"),
        noticed("opened", 6, 10, "n2", opened_by="school-system"),
    )

    shown = command("journey", REFERRAL_ID).stdout
    found = json.loads(command("journey", REFERRAL_ID, "--json").stdout)["notices"]

    assert "withheld, superseded" in shown
    assert "inbox only" in shown
    assert [(each["withheld"], each["failed"]) for each in found] == [("superseded", []), (None, ["webhook"])]
    assert found[1]["opened"] == {"by": "school-system", "roles": [], "seconds_since_receipt": 5.0}


def without_content(*entries: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**each, "event": {k: v for k, v in each["event"].items() if k != "data"}} for each in entries]


def test_an_operator_follows_the_steps_and_sees_nothing_of_what_they_say(
    command: Command, services: FakeServices
) -> None:
    log_of(services, *without_content(RECEIVED, DECIDED))

    shown = command("journey", REFERRAL_ID).stdout

    assert "case decided" in shown
    assert TRACE in shown
    assert "assessment" not in shown
    assert "for auditors" not in shown


def test_an_operator_sees_when_notices_were_opened_and_reads_that_the_rest_is_for_auditors(
    command: Command, services: FakeServices
) -> None:
    log_of(services, *without_content(RECEIVED, *CLIMB))

    result = command("journey", REFERRAL_ID)
    found = json.loads(command("journey", REFERRAL_ID, "--json").stdout)

    assert result.exit_code == 0
    assert "notice opened" in result.stdout
    assert "To whom notices went and who opened them is for auditors" in result.stdout
    assert "mash-manager" not in result.stdout
    assert found["notices"] is None


def test_a_reference_is_found_even_with_misread_letters(command: Command, services: FakeServices) -> None:
    reference = new_reference("WAN")
    services.on(f"GET referral-intake/operator/references/{reference}", {"referral_id": REFERRAL_ID})
    log_of(services, RECEIVED)

    result = command("journey", reference.lower().replace("0", "o").replace("1", "l"))

    assert result.exit_code == 0


def test_what_is_neither_an_id_nor_a_reference_is_a_wrong_call(command: Command, services: FakeServices) -> None:
    result = command("journey", "WAN-AAAA-AAAB")

    assert result.exit_code == 2
    assert services.requests == []


def test_a_reference_that_nobody_was_given_ends_with_1(command: Command) -> None:
    reference = new_reference("WAN")

    result = command("journey", reference)

    assert result.exit_code == 1
    assert result.stderr == f"There is no referral with the reference {reference}\n"


def test_a_receipt_that_is_not_in_the_log_yet_ends_with_1(command: Command, services: FakeServices) -> None:
    log_of(services)

    result = command("journey", REFERRAL_ID)

    assert result.exit_code == 1
    assert "ask again in a moment" in result.stderr


@pytest.mark.parametrize(
    ("time", "told"),
    [
        (timedelta(0), "+0.000 s"),
        (timedelta(seconds=59, milliseconds=999), "+59.999 s"),
        (timedelta(minutes=3, seconds=7), "+3 min 07 s"),
        (timedelta(minutes=59, seconds=59, milliseconds=900), "+59 min 59 s"),
        (timedelta(hours=2, minutes=5), "+2 h 05 min"),
        (timedelta(days=3, hours=4), "+3 d 04 h"),
    ],
)
def test_times_are_told_in_units_that_fit(time: timedelta, told: str) -> None:
    assert elapsed(time) == told


@pytest.mark.parametrize("traceparent", [None, "", "nonsense"])
def test_without_a_trace_no_id_is_told(traceparent: str | None) -> None:
    assert trace_id_of(traceparent) is None


def test_types_are_told_in_words() -> None:
    assert words("notice.acknowledged.v1") == "notice acknowledged"
