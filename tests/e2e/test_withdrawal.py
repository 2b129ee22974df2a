"""A sender takes its referral back: everybody hears of it, nothing ends by it, and somebody still decides."""

from dataclasses import dataclass
from typing import Any, Final

import httpx2
import pytest_asyncio

from tests.chaos.checker import Checker
from tests.e2e.conftest import settled
from tests.e2e.people import People
from tests.e2e.sender import Sender
from tests.e2e.steps import CaseWork, Json, done, open_notice, post

WORDS: Final = "Two children in the year have the same name."
WITHDRAWAL: Final[Json] = {
    "reason": "wrong-child",
    "referrer": {"name": "Morgan Adeyemi-Clarke", "phone": "020 7946 0199"},
    "words": WORDS,
}


@dataclass(frozen=True)
class Withdrawn:
    """What was answered and shown at each step."""

    receipt: Any
    second: httpx2.Response
    in_queue: Any
    case: Any
    document: Any
    hub_notice: Any
    status: Any
    status_at_the_end: Any


@pytest_asyncio.fixture(scope="module")
async def withdrawn(people: People) -> Withdrawn:
    """A referral that was taken back while triage had it, and decided all the same."""
    sender = Sender(people, done(await post(people.client("wandsworth-school")), 202))
    work = await CaseWork(people, sender.reference).opened()
    receipt = done(await sender.withdraw(WITHDRAWAL), 202)
    second = await sender.withdraw({**WITHDRAWAL, "reason": "other"})
    hub_notice = await open_notice(work.manager, "referral-withdrawn", sender.reference)
    case = await work.told(1)
    document = await work.worker.follow("GET", case["news"][0]["document_url"], headers={"Access-Purpose": "triage"})
    in_queue, status = await work.in_queue(), await sender.status("being-looked-at")
    await work.close_without_action(case["children"][0])
    return Withdrawn(
        receipt=receipt,
        second=second,
        in_queue=in_queue,
        case=case,
        document=done(document),
        hub_notice=hub_notice,
        status=status,
        status_at_the_end=await sender.status("closed"),
    )


def test_the_receipt_says_that_a_person_still_looks_at_it(withdrawn: Withdrawn) -> None:
    assert (withdrawn.receipt["edition"], withdrawn.receipt["reason"]) == (2, "wrong-child")
    assert withdrawn.receipt["what_happens_next"]


def test_a_referral_is_taken_back_once(withdrawn: Withdrawn) -> None:
    assert done(withdrawn.second, 409)["type"].endswith("/already-withdrawn")


def test_the_case_shows_the_news_and_goes_on(withdrawn: Withdrawn) -> None:
    [news] = withdrawn.case["news"]

    assert (news["what"], news["edition"]) == ("withdrawn", 2)
    assert withdrawn.case["state"] == withdrawn.in_queue["state"] == "new"
    assert withdrawn.case["closed_at"] is None
    assert [child["decided"] for child in withdrawn.case["children"]] == [False]
    assert withdrawn.in_queue["children_undecided"] == 1


def test_staff_read_why_in_the_referral_itself(withdrawn: Withdrawn) -> None:
    assert WORDS in str(withdrawn.document)
    assert WORDS not in str(withdrawn.case)


def test_the_hub_is_told_without_haste(withdrawn: Withdrawn) -> None:
    assert withdrawn.hub_notice["agency"] == "wandsworth-mash"
    assert not withdrawn.hub_notice["urgent"]
    assert WORDS not in str(withdrawn.hub_notice)


def test_the_sender_sees_it_withdrawn_and_looked_at_all_the_same(withdrawn: Withdrawn) -> None:
    assert withdrawn.status["withdrawal"]["reason"] == "wrong-child"
    assert withdrawn.status["withdrawn_at"] == withdrawn.receipt["withdrawn_at"]
    assert [child["feedback"] for child in withdrawn.status["children"]] == [None]


def test_the_sender_is_told_of_the_decision_as_of_any_other(withdrawn: Withdrawn) -> None:
    [child] = withdrawn.status_at_the_end["children"]

    assert child["decided_at"]
    assert child["feedback"]
    assert withdrawn.status_at_the_end["withdrawn_at"]
    assert [step["step"] for step in withdrawn.status_at_the_end["steps"]] == ["opened", "decided", "closed"]


async def test_the_log_verifies_and_holds_every_event_of_it_once(withdrawn: Withdrawn, checker: Checker) -> None:
    await settled(checker)

    found = [*await checker.delivery(), *checker.verifier()]

    assert found == [], withdrawn.receipt["reference"]
