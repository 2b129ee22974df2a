"""Which entries each party may have, type by type: nothing by default, and nothing by which one is tipped off."""

from typing import Any

import pytest

from audit.disclosure import SHOWN_TO, Party, Recipient, is_closed, may_see
from contracts.codes import AnswerMoment, Purpose
from contracts.events import EVENTS

SCHOOL, POLICE, TEAM = "ashcroft-primary", "metropolitan-police", "wandsworth-macpt"
SENDER = Recipient(Party.AGENCY, SCHOOL, is_sender=True)
ASKED = Recipient(Party.AGENCY, POLICE)
OF_TEAM = Recipient(Party.AGENCY, TEAM)
PERSON, COURT, AUDIT = Recipient(Party.PERSON), Recipient(Party.COURT), Recipient(Party.AUDIT)


NEVER_OF_ONE = ("partner.", "consumer.", "endpoint.", "record.exported")
"""How the types begin that are about no single referral."""


def shown_to(recipient: Recipient, **data: Any) -> set[str]:
    """Every type that the recipient may see with this data."""
    return {event_type for event_type in EVENTS if may_see(recipient, event_type, data)}


def test_every_event_type_has_a_rule_that_somebody_thought_about() -> None:
    assert set(SHOWN_TO) == set(EVENTS)


def test_a_sender_sees_what_it_sent_was_asked_and_was_notified_of() -> None:
    assert shown_to(SENDER, agency=SCHOOL) == {
        "referral.received.v1",
        "referral.supplemented.v1",
        "referral.withdrawn.v1",
        "referral.disposed.v1",
        "question.asked.v1",
        "question.answered.v1",
        "information.requested.v1",
        "information.answered.v1",
        "information.corrected.v1",
        "information.withdrawn.v1",
        "notice.queued.v1",
        "notice.delivered.v1",
        "notice.opened.v1",
        "notice.acknowledged.v1",
        "record.accessed.v1",
    }


def test_a_sender_sees_no_rating_outcome_or_hold_although_the_entry_names_it() -> None:
    hidden = {
        "case.opened.v1",
        "case.rated.v1",
        "case.recommended.v1",
        "case.decided.v1",
        "case.closed.v1",
        "referral.held.v1",
        "referral.reviewed.v1",
        "notice.withheld.v1",
        "access.denied.v1",
    }

    assert hidden.isdisjoint(shown_to(SENDER, agency=SCHOOL))


def test_an_agency_sees_only_entries_that_name_it() -> None:
    assert shown_to(ASKED, agency=POLICE) >= {"information.requested.v1", "information.answered.v1"}
    assert shown_to(ASKED, agency=SCHOOL) == set()
    assert shown_to(ASKED) == set()
    assert "referral.disposed.v1" not in shown_to(ASKED, agency=POLICE)


@pytest.mark.parametrize("moment", [each for each in AnswerMoment if each is not AnswerMoment.BEFORE_DECISION])
def test_an_agency_does_not_learn_from_its_late_answer_what_the_hub_had_done_by_then(moment: AnswerMoment) -> None:
    shown = shown_to(ASKED, agency=POLICE, when=moment)

    assert not [event_type for event_type in shown if event_type.startswith(("information.a", "information.c"))]
    assert "information.withdrawn.v1" not in shown
    assert "information.requested.v1" in shown


def test_a_team_sees_the_handovers_that_it_was_offered() -> None:
    assert shown_to(OF_TEAM, team=TEAM) == {
        f"handover.{what}.v1" for what in ("offered", "accepted", "returned", "withdrawn", "superseded")
    }
    assert shown_to(OF_TEAM, team="another-team") == set()


def test_nobody_without_an_agency_is_named_by_an_entry_without_one() -> None:
    assert shown_to(Recipient(Party.AGENCY), agency="") == set()
    assert shown_to(Recipient(Party.AGENCY)) == set()


@pytest.mark.parametrize("purpose", [None, *Purpose])
def test_a_person_sees_what_became_of_it_and_which_staff_looked(purpose: Purpose | None) -> None:
    staff = purpose not in (None, Purpose.OWN_REFERRAL, Purpose.ANSWER_REQUEST)

    shown = shown_to(PERSON, agency=POLICE, purpose=purpose)

    assert shown == {"case.closed.v1", "referral.disposed.v1"} | ({"record.accessed.v1"} if staff else set())


def test_a_court_sees_everything_of_a_referral_that_is_known() -> None:
    of_no_referral = {event_type for event_type in EVENTS if event_type.startswith(NEVER_OF_ONE)}

    assert shown_to(COURT) == set(EVENTS) - of_no_referral


@pytest.mark.parametrize("recipient", [SENDER, ASKED, PERSON, COURT])
def test_a_type_of_a_later_version_goes_to_auditors_alone(recipient: Recipient) -> None:
    data = {"agency": recipient.agency, "purpose": "triage"}

    assert not may_see(recipient, "case.invented.v7", data)
    assert may_see(AUDIT, "case.invented.v7", data)


@pytest.mark.parametrize(
    ("types", "closed"),
    [
        ((), False),
        (("referral.received.v1",), False),
        (("case.opened.v1", "case.closed.v1", "notice.opened.v1"), True),
        (("case.opened.v1", "case.closed.v1", "case.reopened.v1"), False),
        (("case.opened.v1", "case.closed.v1", "case.reopened.v1", "case.closed.v1"), True),
    ],
)
def test_a_case_is_closed_by_the_last_of_its_states(types: tuple[str, ...], closed: bool) -> None:
    assert is_closed(types) is closed
