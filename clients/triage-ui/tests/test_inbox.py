"""The inbox: what presses first, and where a notice leads."""

from typing import Any, Final

import pytest
from ui_answers import AT, CASE_ID, HANDOVER_ID, REFERENCE, REFERRAL_ID, REQUEST_ID

from triage_ui.pages.inbox.inbox import by_pressure, link_of
from triage_ui.services.notify import NoticeView

STAFF: Final = ("social-worker",)
OF_REQUEST: Final = f"https://triage.example.org/v1/information-requests/{REQUEST_ID}"
OF_DOCUMENT: Final = f"https://intake.example.org/v1/referrals/{REFERRAL_ID}/document?edition=2"
OF_HANDOVER: Final = f"https://triage.example.org/v1/handovers/{HANDOVER_ID}"
OF_CASE: Final = f"https://triage.example.org/v1/cases/{CASE_ID}"


def _notice(**said: Any) -> NoticeView:
    plain = {
        "notice_id": CASE_ID,
        "kind": "information-answered",
        "title": "An agency answered",
        "reference": REFERENCE,
        "urgent": False,
        "queued_at": AT,
        "opened_at": None,
        "acknowledged_at": None,
        "due_at": None,
        "done_at": None,
        "superseded_by": None,
        "referral_id": REFERRAL_ID,
        "about_id": REQUEST_ID,
        "about_url": OF_REQUEST,
        "text": "Read the answer.",
    }
    return NoticeView.model_validate(plain | said)


def test_urgent_notices_come_first_then_those_that_are_due_next() -> None:
    later, sooner = _notice(due_at="2026-12-02T09:30:00Z"), _notice(due_at="2026-12-01T09:30:00Z")
    urgent, endless = _notice(urgent=True), _notice()

    assert sorted([endless, later, sooner, urgent], key=by_pressure) == [urgent, sooner, later, endless]


@pytest.mark.parametrize(
    ("said", "roles", "address"),
    [
        ({"kind": "information-requested"}, ("agency-representative",), f"/requests/{REQUEST_ID}"),
        ({"kind": "referral-decided"}, ("agency-representative",), f"/referrals/{REFERRAL_ID}"),
        ({"kind": "case-reopened", "about_url": OF_CASE}, STAFF, f"/cases/{CASE_ID}"),
        ({}, STAFF, f"/queue/cases/{REFERENCE}"),
        ({"kind": "referral-supplemented", "about_url": OF_DOCUMENT}, STAFF, f"/queue/cases/{REFERENCE}"),
        ({"kind": "handover-returned", "about_url": OF_HANDOVER}, STAFF, f"/queue/cases/{REFERENCE}"),
        ({"kind": "notice-unopened", "about_url": None}, STAFF, f"/queue/cases/{REFERENCE}"),
    ],
)
def test_a_notice_leads_to_what_it_is_about(said: dict[str, Any], roles: tuple[str, ...], address: str) -> None:
    found = link_of(_notice(**said), roles)

    assert found is not None
    assert found[0] == address


@pytest.mark.parametrize("said", [{"kind": "case-reopened", "about_url": OF_CASE}, {}, {"kind": "notice-unopened"}])
def test_somebody_who_opens_no_cases_is_led_to_none(said: dict[str, Any]) -> None:
    assert link_of(_notice(**said), ("head-of-service",)) is None
