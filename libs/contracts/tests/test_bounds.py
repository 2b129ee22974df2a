"""What an event may hold: nothing that a column, an index or a log entry behind it could not keep."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from contracts.bounds import BIGINT, INTEGER, MOST_ITEMS, MOST_TEXT_BYTES
from contracts.codes import CaseNews
from contracts.events import CaseInformed, CaseRated, ClockWarned, ParkedReleased
from contracts.problems import Invalid

NOW = "2026-11-29T10:00:00Z"
ID = "7d1c9a52-3b1e-4c55-9a54-000000000001"
INFORMED: dict[str, Any] = {
    "case_id": ID,
    "referral_id": ID,
    "news": "new-child",
    "edition": 2,
    "child_ids": [ID],
    "immediate_danger": False,
    "informed_at": NOW,
}
RATED: dict[str, Any] = {
    "case_id": ID,
    "referral_id": ID,
    "rating": "amber",
    "rated_by": "person-1",
    "rated_at": NOW,
    "decision_due_at": NOW,
    "policy_version": "wandsworth-1",
}
WARNED: dict[str, Any] = {
    "case_id": ID,
    "referral_id": ID,
    "clock_id": ID,
    "clock": "decision",
    "share": 0.5,
    "due_at": NOW,
    "tell": ["hub"],
    "policy_version": "wandsworth-1",
    "warned_at": NOW,
}


@pytest.mark.parametrize(
    "changed",
    [
        {"edition": INTEGER + 1},
        {"edition": -INTEGER - 2},
        {"edition": 2**40},
        {"edition": 10**400},
        {"edition": "2"},
        {"edition": 2.5},
        {"edition": True},
        {"child_ids": [ID] * (MOST_ITEMS + 1)},
        {"child_ids": ID},
        {"immediate_danger": "yes"},
        {"immediate_danger": 0},
        {"informed_at": 1_764_410_400},
        {"informed_at": "0001-01-01T00:00:00+01:00"},
        {"informed_at": "9999-12-31T23:59:59-01:00"},
        {"informed_at": "1999-12-31T23:59:59Z"},
        {"informed_at": "2200-01-01T00:00:00Z"},
        {"informed_at": "2026-11-29T10:00:00"},
        {"news": ["new-child"]},
        {"case_id": None},
    ],
)
def test_a_value_that_cannot_be_kept_is_no_message(changed: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        CaseInformed.read(json.dumps({**INFORMED, **changed}).encode())


@pytest.mark.parametrize("text", ["\x00", "a\nb", "\x7f", "\x85", "\ud800", "x" * (MOST_TEXT_BYTES + 1), "é" * 501])
def test_a_text_that_cannot_be_kept_is_no_message(text: str) -> None:
    with pytest.raises(Invalid):
        CaseRated.read(json.dumps({**RATED, "rated_by": text}).encode())
    with pytest.raises(Invalid):
        ClockWarned.read(json.dumps({**WARNED, "tell": ["hub", text]}).encode())


@pytest.mark.parametrize("text", ["", "person-1", "zoë@example.org", "李 雷", "😀", "x" * MOST_TEXT_BYTES])
def test_any_other_text_is_read_and_written_as_it_is(text: str) -> None:
    event = CaseRated.read(json.dumps({**RATED, "rated_by": text}).encode())

    assert json.loads(event.to_json())["rated_by"] == text


@pytest.mark.parametrize("share", ["Infinity", "-Infinity", "NaN", "1e999", "0", '"0.5"'])
def test_a_share_that_is_no_share_is_no_message(share: str) -> None:
    with pytest.raises(Invalid):
        ClockWarned.read(json.dumps(WARNED).replace("0.5", share).encode())


def test_a_name_that_is_given_twice_is_no_message() -> None:
    twice = json.dumps(INFORMED).replace('"edition": 2', '"edition": 2, "edition": 3')

    with pytest.raises(Invalid):
        CaseInformed.read(twice.encode())


def test_a_field_of_tomorrow_may_hold_what_it_likes() -> None:
    tomorrow = json.dumps({**INFORMED, "remark": "\x00" * 2000, "size": 10**30}).encode()

    assert CaseInformed.read(tomorrow).edition == 2


def test_what_nobody_could_keep_cannot_be_written_either() -> None:
    with pytest.raises(ValidationError, match="edition is more than can be kept"):
        CaseInformed(
            case_id=UUID(ID),
            referral_id=UUID(ID),
            news=CaseNews.NEW_CHILD,
            edition=2**40,
            child_ids=(),
            immediate_danger=False,
            informed_at=datetime(2026, 11, 29, tzinfo=UTC),
        )


@pytest.mark.parametrize(
    ("name", "number", "kept"),
    [("offset", BIGINT, True), ("parked_id", BIGINT, True), ("offset", BIGINT + 1, False), ("partition", 2**31, False)],
)
def test_offsets_and_numbers_of_parked_messages_have_64_bits(name: str, number: int, kept: bool) -> None:
    released = {
        "service": "triage",
        "referral_id": ID,
        "parked_id": 1,
        "topic": "triage.v1",
        "partition": 3,
        "offset": 7,
        "error_class": "Invalid",
        "asked_by": "operator-1",
        "asked_at": NOW,
        name: number,
    }
    message = json.dumps(released).encode()

    if kept:
        assert getattr(ParkedReleased.read(message), name) == number
    else:
        with pytest.raises(Invalid):
            ParkedReleased.read(message)
