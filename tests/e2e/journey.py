"""One referral from the school to the child protection team, with every answer on the way kept."""

from dataclasses import dataclass
from typing import Any

import httpx2

from frontdoor.demo.waiting import until
from tests.e2e.people import Party, People
from tests.e2e.steps import (
    HEALTH,
    POLICE,
    REFERRAL,
    REFERRALS,
    TEAM,
    Desk,
    Json,
    Words,
    acknowledge,
    done,
    open_notice,
    post,
)


@dataclass(frozen=True)
class Journey:
    """What was answered at each step; ``case`` and ``status`` as they were at the end."""

    receipt: Any
    same_person: httpx2.Response
    supplied: Any
    refused: Any
    decision: Any
    handover: Any
    acceptance: Any
    case: Any
    status: Any

    @property
    def referral_id(self) -> str:
        """The referral."""
        return str(self.receipt["referral_id"])

    @property
    def reference(self) -> str:
        """What people call it."""
        return str(self.receipt["reference"])


async def walk(people: People, referral: Json = REFERRAL, words: Words | None = None) -> Journey:
    """Every step in order, each waiting for what it needs. Raises when one of them is not answered as it should be."""
    words = words or Words()
    school = people.client("wandsworth-school")
    receipt = done(await post(school, referral), 202)
    desk = await Desk(people, receipt["reference"], words).opened()
    done(await desk.act(desk.worker, "rating", {"rating": "red", "rationale": words.rating}))
    supplied, refused = await _ask_two_agencies(desk)
    same_person, decision = await _decide(desk)
    handover, acceptance = await _hand_over(desk)
    return Journey(
        receipt=receipt,
        same_person=same_person,
        supplied=supplied,
        refused=refused,
        decision=decision,
        handover=handover,
        acceptance=acceptance,
        case=await _case_at_the_end(desk),
        status=await _closed(school, receipt),
    )


async def _ask_two_agencies(desk: Desk) -> tuple[Any, Any]:
    """One supplies what it knows, the other decides not to share."""
    for agency in (HEALTH, POLICE):
        basis = {"agency": agency, "lawful_basis": "children-act-2004-s11", "question": desk.words.question}
        done(await desk.act(desk.worker, "information-requests", basis), 201)
    health, police = desk.people.client(HEALTH), desk.people.client("wandsworth-police")
    supplied = {"answer": "supplied", "content": desk.words.content}
    refused = {"answer": "refused", "refusal_ground": "live-investigation", "refusal_reason": desk.words.refusal}
    return await _answer(health, desk, supplied), await _answer(police, desk, refused)


async def _answer(agency: Party, desk: Desk, answer: Json) -> Any:
    notice = await open_notice(agency, "information-requested", desk.reference)
    asked = done(await agency.follow("GET", notice["about_url"]))
    assert asked["question"] == desk.words.question
    answered = done(await agency.follow("POST", f"{notice['about_url']}/answer", json=answer))
    await acknowledge(agency, notice)
    return answered


async def _decide(desk: Desk) -> tuple[httpx2.Response, Any]:
    """What the manager is told who authorises a recommendation of their own, and the decision of two people."""
    same_person = await desk.authorise(desk.manager, await desk.recommend(desk.manager))
    return same_person, done(await desk.authorise(desk.manager, await desk.recommend(desk.worker)))


async def _hand_over(desk: Desk) -> tuple[Any, Any]:
    child_ids = [child["child_id"] for child in done(await desk.read())["children"]]
    body = {"team": TEAM, "child_ids": child_ids, "summary": desk.words.summary}
    done(await desk.act(desk.worker, "handovers", body), 201)
    team = desk.people.client(TEAM)
    notice = await open_notice(team, "handover-offered", desk.reference)
    purpose = {"Access-Purpose": "child-protection"}
    handover = done(await team.follow("GET", notice["about_url"], headers=purpose))
    acceptance = done(await team.follow("POST", f"{notice['about_url']}/acceptance"))
    await acknowledge(team, notice)
    return handover, acceptance


async def _closed(school: Party, receipt: Json) -> Any:
    async def ask() -> Any:
        status = done(await school.ask("GET", "referral-intake", f"{REFERRALS}/{receipt['referral_id']}"))
        return status if status["status"] == "closed" else None

    return await until(f"{receipt['reference']} closed in the eyes of the school", ask)


async def _case_at_the_end(desk: Desk) -> Any:
    """The case, once triage knows too that the team opened its notice: that may be told after the acceptance."""

    async def ask() -> Any:
        case = done(await desk.read())
        return case if all(handover["opened_at"] for handover in case["handovers"]) else None

    return await until(f"the opened notice in the case of {desk.reference}", ask)
