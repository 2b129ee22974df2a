"""What leaves says which reference, what is late, since when, what to do and where; and nothing about a person."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from notify_examples import ABOUT, NOW, REFERENCE, notice

from agency_notify import wording
from agency_notify.model import Late
from contracts.codes import EscalationReason, NoticeKind

URL = "https://notify.example.org/v1/notices/5"
LATE = Late(
    notice_id=ABOUT,
    kind=NoticeKind.INFORMATION_REQUESTED,
    agency="metropolitan-police",
    queued_at=NOW,
    reason=EscalationReason.UNOPENED,
    open_by=NOW + timedelta(hours=2),
    name="Metropolitan Police Service",
)
CALL = notice(
    kind=NoticeKind.NOTICE_UNOPENED,
    agency="wandsworth-mash",
    roles=("mash-manager",),
    escalates=ABOUT,
    due_at=NOW + timedelta(hours=6),
    open_by=NOW + timedelta(hours=4),
)


def test_an_escalation_by_e_mail_says_all_that_its_reader_needs() -> None:
    text = wording.email_text(CALL, LATE, url=URL)

    assert text == (
        f"Reference: {REFERENCE}\n\n"
        "A notice was not opened in time. "
        '"Information requested", sent to Metropolitan Police Service on Monday 23 November 2026 at 10am, '
        "has not been opened. What it asks for is due on Monday 23 November 2026 at 4pm. "
        "Until somebody acknowledges this, the next person is notified on Monday 23 November 2026 at 2pm.\n\n"
        "See that somebody acts on it now, and acknowledge this notice.\n\n"
        "Open the notice:\n\n"
        f"{URL}\n\n"
        "You need to sign in to read it. This message does not say who it is about, to keep the child safe.\n"
    )


def test_what_could_not_be_delivered_is_said_so() -> None:
    undelivered = replace(LATE, reason=EscalationReason.UNDELIVERED, name=None)

    text = wording.email_text(replace(CALL, kind=NoticeKind.NOTICE_UNDELIVERED), undelivered, url=URL)

    assert "sent to metropolitan-police on" in text
    assert "could not be delivered by any channel" in text


def test_a_late_step_is_named_with_the_time_it_was_due() -> None:
    breach = notice(kind=NoticeKind.CLOCK_BREACHED, roles=("mash-manager",), step="information-request", due_at=NOW)

    text = wording.email_text(breach, None, url=URL)

    assert "A step is late. The step is information request, due on Monday 23 November 2026 at 10am." in text


def test_a_webhook_for_staff_says_what_is_late_in_codes_and_times() -> None:
    data = wording.webhook_data(CALL, LATE, url=URL)

    assert json.loads(json.dumps(data)) == {
        "notice_id": str(CALL.notice_id),
        "kind": "notice-unopened",
        "agency": "wandsworth-mash",
        "reference": REFERENCE,
        "detail_url": URL,
        "roles": ["mash-manager"],
        "step": None,
        "due_at": "2026-11-23T16:00:00+00:00",
        "late": {
            "notice_id": str(ABOUT),
            "kind": "information-requested",
            "agency": "metropolitan-police",
            "reason": "unopened",
            "since": "2026-11-23T10:00:00+00:00",
        },
    }


def test_a_webhook_for_an_agency_is_as_thin_as_ever() -> None:
    data = wording.webhook_data(notice(due_at=NOW), None, url=URL)

    assert data.keys() == {"notice_id", "kind", "agency", "reference", "detail_url"}


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_every_kind_says_what_to_do(kind: NoticeKind) -> None:
    assert wording.WHAT_TO_DO[kind].endswith(".")
