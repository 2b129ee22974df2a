"""A closed case, news of danger, another decision, a team that returns it first, and an agency that answers late."""

import pytest_asyncio

from tests.chaos.checker import Checker
from tests.e2e.conftest import settled
from tests.e2e.deciding_again import ANSWER, CORRECTED, NOTE, Again, decide_again
from tests.e2e.people import People
from tests.e2e.sinks import Sinks


@pytest_asyncio.fixture(scope="module")
async def again(people: People) -> Again:
    """A referral that was decided twice."""
    return await decide_again(people)


def test_danger_opens_the_closed_case_where_everybody_sees_it(again: Again) -> None:
    assert (again.closed["status"], again.reopened["closed_at"]) == ("closed", None)
    assert again.in_queue["unseen_danger"]
    assert (again.in_queue["children_stale"], again.in_queue["state"]) == (1, "decided")


def test_the_later_decision_supersedes_the_earlier_and_both_are_kept(again: Again) -> None:
    earlier, later = again.case["decisions"]

    assert (earlier["outcome"], later["outcome"]) == ("no-further-action", "strategy-discussion")
    assert later["supersedes"] == earlier["decision_id"] == again.decision["supersedes"]
    assert (later["supersedes_reason"], earlier["superseded_by"]) == ("news-from-sender", later["decision_id"])


def test_the_sender_sees_the_new_status_in_words_that_are_safe(again: Again) -> None:
    [before], [after] = again.closed["children"], again.decided["children"]

    assert after["decided_at"] > before["decided_at"]
    assert after["feedback"].startswith("We are acting on your referral")
    assert after["feedback"] != before["feedback"]


def test_the_team_returns_the_handover_and_accepts_the_next(again: Again) -> None:
    first, second = again.case["handovers"]
    running = {one["name"]: one for one in again.back_in_triage["clocks"] if one["stopped_at"] is None}

    assert (first["state"], first["return_reason"], first["return_note"]) == ("returned", "information-missing", NOTE)
    assert again.returned["returned_at"] == first["returned_at"]
    assert (again.back_in_triage["state"], running["handover-offer"]["late"]) == ("handing-over", False)
    assert (second["state"], again.accepted["case_closed"]) == ("accepted", True)
    assert again.closed_again["status"] == "closed"


def test_a_late_answer_opens_the_closed_case_and_makes_the_decision_stale(again: Again) -> None:
    opened = again.opened_by_the_answer

    assert (opened["closed_at"], opened["news"][-1]["what"]) == (None, "agency-answer")
    assert [decision["stale"] for decision in opened["decisions"]] == [True, True]


def test_the_corrected_answer_stands_and_the_first_one_is_kept(again: Again) -> None:
    assert again.request["content"] == CORRECTED
    assert [said["content"] for said in again.request["statements"]] == [ANSWER, CORRECTED]
    assert ANSWER not in str(again.case)


def test_every_step_stays_written_for_the_sender(again: Again) -> None:
    steps = [step["step"] for step in again.at_the_end["steps"]]

    assert steps == ["opened", "decided", "closed", "reopened", "decided", "closed", "reopened", "closed"]
    assert again.at_the_end["status"] == "closed"


async def test_what_people_wrote_is_in_no_webhook_and_no_e_mail(again: Again, sinks: Sinks) -> None:
    sent = [*await sinks.webhooks_about(again.reference), *await sinks.mail_about(again.reference)]

    assert sent
    assert [each for each in sent if any(words in str(each) for words in (NOTE, ANSWER, CORRECTED))] == []


async def test_the_log_verifies_and_holds_every_event_of_it_once(again: Again, checker: Checker) -> None:
    await settled(checker)

    found = [*await checker.delivery(), *checker.verifier()]

    assert found == [], again.reference
