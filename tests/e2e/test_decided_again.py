"""News about a decided child leads to a later decision: its sender hears that one, and the hub hears of the news."""

from dataclasses import dataclass
from typing import Any

import pytest_asyncio

from frontdoor.demo.waiting import until
from tests.chaos.checker import Checker
from tests.e2e.conftest import settled
from tests.e2e.people import People
from tests.e2e.sender import Sender
from tests.e2e.sinks import Sinks
from tests.e2e.steps import FOR_TRIAGE, POLICE, Desk, Json, done, open_notice, post

_WHO = {"name": "Morgan Adeyemi-Clarke", "phone": "020 7946 0199"}
_NEWS: Json = {
    "kind": "new-information",
    "immediate_danger": True,
    "referrer": _WHO,
    "words": "He has come in with another bruise, and says who did it.",
}


@dataclass(frozen=True)
class Again:
    """What the sender read of each decision, and what the hub heard in between."""

    reference: str
    first: Any
    first_afterwards: Any
    second: Any
    answered: Any
    reopened: Any


@pytest_asyncio.fixture(scope="module")
async def again(people: People, checker: Checker) -> Again:
    """Decided, closed, opened again by news and by an agency's late answer, and decided again."""
    sender = Sender(people, done(await post(people.client("wandsworth-school")), 202))
    desk = await Desk(people, sender.reference).opened()
    asked = {"agency": POLICE, "lawful_basis": "children-act-2004-s11", "question": desk.words.question}
    done(await desk.act(desk.worker, "information-requests", asked), 201)
    (child, *_) = done(await desk.read())["children"]
    await desk.close_without_action(child)
    first = await open_notice(sender.party, "referral-decided", sender.reference)
    await sender.supplement(_NEWS)
    reopened = await open_notice(desk.manager, "case-reopened", sender.reference)
    answered = await _late_answer(people, desk)
    await _decide_again(desk, child)
    second = await open_notice(sender.party, "referral-decided", sender.reference)
    await settled(checker)
    afterwards = done(await sender.party.ask("GET", "agency-notify", f"/v1/notices/{first['notice_id']}"))
    return Again(sender.reference, first, afterwards, second, answered, reopened)


def test_the_sender_hears_the_newest_decision_and_the_earlier_notice_says_that_it_no_longer_holds(
    again: Again,
) -> None:
    assert again.first["text"] != again.second["text"]
    assert again.second["text"].startswith("We are acting on your referral")
    assert again.first_afterwards["superseded_by"] == again.second["notice_id"]
    assert again.first_afterwards["text"].startswith("What this notice said no longer holds.")


def test_the_hub_has_to_open_that_danger_opened_the_case_again(again: Again) -> None:
    assert again.reopened["urgent"]
    assert again.reopened["open_by"] is not None


def test_the_hub_hears_urgently_what_an_agency_says_while_a_decision_is_open(again: Again) -> None:
    assert (again.answered["urgent"], again.answered["open_by"] is not None) == (True, True)
    assert again.answered["roles"] == []


async def test_the_school_got_one_message_of_each_decision(again: Again, sinks: Sinks) -> None:
    async def ask() -> list[str] | None:
        taken = [each["body"]["data"] for each in await sinks.webhooks_about(again.reference)]
        found = [each["notice_id"] for each in taken if each["kind"] == "referral-decided"]
        return found if len(found) >= 2 else None

    assert await until("both decisions", ask) == [again.first["notice_id"], again.second["notice_id"]]


async def test_nobody_is_chased_for_what_was_decided(again: Again, people: People) -> None:
    escalated = await people.staff("wandsworth-manager").ask("GET", "agency-notify", "/v1/escalated-notices")

    assert [each for each in done(escalated)["notices"] if each["reference"] == again.reference] == []


async def _late_answer(people: People, desk: Desk) -> Any:
    police = people.client("wandsworth-police")
    request = await open_notice(police, "information-requested", desk.reference)
    answer = {"answer": "supplied", "content": desk.words.content}
    done(await police.follow("POST", f"{request['about_url']}/answer", json=answer))
    return await open_notice(desk.manager, "information-answered", desk.reference)


async def _decide_again(desk: Desk, child: Json) -> None:
    body = {
        "child_id": child["child_id"],
        "outcome": "strategy-discussion",
        "level": "4",
        "rationale": desk.words.recommendation,
        "supersedes_reason": "news-from-sender",
    }
    recommended = done(await desk.act(desk.worker, "recommendations", body), 201)
    seen = {**FOR_TRIAGE}
    done(await desk.manager.ask("GET", "triage", f"/v1/cases/{desk.case_id}", headers=seen))
    done(await desk.authorise(desk.manager, recommended["recommendation_id"]))
