"""A sender is asked, answers, and tells of another child when all seems done; nobody decides without it."""

import pytest_asyncio

from frontdoor.demo.waiting import until
from tests.chaos.checker import Checker
from tests.e2e.adding_news import ANSWER, QUESTION, Told, tell
from tests.e2e.conftest import settled
from tests.e2e.people import People
from tests.e2e.sinks import Sinks
from tests.e2e.steps import done


@pytest_asyncio.fixture(scope="module")
async def told(people: People) -> Told:
    """A referral that was asked about, closed, and opened again."""
    return await tell(people)


def test_the_sender_is_told_of_the_question_and_reads_it_at_triage(told: Told) -> None:
    assert told.question["question"] == QUESTION
    assert told.question["reference"] == told.reference


def test_the_senders_status_says_that_something_is_needed_and_how_to_answer(told: Told) -> None:
    [question] = told.status_while_asked["questions"]

    assert told.status_while_asked["open_questions"] == 1
    assert question["question_id"] == told.question["question_id"]
    assert question["links"]["answer"].endswith("/supplements")


def test_the_answer_settles_the_question_and_stops_its_clock(told: Told) -> None:
    [question] = told.case_with_answer["questions"]
    [stopped] = [clock for clock in told.case_with_answer["clocks"] if clock["name"] == "question"]

    assert (question["state"], stopped["stopped_at"]) == ("answered", question["answered_at"])
    assert told.case_with_answer["news"][0]["answers"] == told.question["question_id"]


def test_staff_read_the_answer_in_the_referral_itself(told: Told) -> None:
    assert ANSWER in str(told.document)
    assert ANSWER not in str(told.case_with_answer)


def test_a_decision_taken_without_the_answer_is_refused(told: Told) -> None:
    assert done(told.stale, 412)["type"].endswith("stale-version")


def test_another_child_in_danger_opens_the_closed_case_again_where_everybody_sees_it(told: Told) -> None:
    assert [news["code"] for news in told.in_queue["unseen_news"]] == ["new-child"]
    assert told.in_queue["unseen_danger"]
    assert told.in_queue["reopened_at"]
    assert told.hub_notice["urgent"]


def test_the_other_child_gets_a_decision_before_the_case_closes_again(told: Told) -> None:
    first, second = told.case_opened_again["children"]

    assert (first["decided"], second["decided"]) == (True, False)
    assert done(told.early_closure, 409)["type"].endswith("children-undecided")


def test_the_sender_sees_it_opened_and_closed_again(told: Told) -> None:
    assert told.status_opened_again["closed_at"] is None
    assert [step["step"] for step in told.status_at_the_end["steps"]].count("closed") == 2


async def test_what_was_asked_and_answered_is_in_no_webhook_and_no_e_mail(told: Told, sinks: Sinks) -> None:
    async def ask() -> list[str] | None:
        webhooks = [str(each) for each in await sinks.webhooks_about(told.reference)]
        return webhooks if any("question-asked" in each for each in webhooks) else None

    webhooks = await until(f"the webhook about the question of {told.reference}", ask)
    letters = [str(each) for each in await sinks.mail_about(told.reference)]

    assert [each for each in (*webhooks, *letters) if QUESTION in each or ANSWER in each] == []


async def test_the_log_verifies_and_holds_every_event_of_it_once(told: Told, checker: Checker) -> None:
    await settled(checker)

    found = [*await checker.delivery(), *checker.verifier()]

    assert found == [], told.reference
