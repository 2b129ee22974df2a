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
    CaseWork,
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
    casework = await CaseWork(people, receipt["reference"], words).opened()
    done(await casework.act(casework.worker, "rating", {"rating": "red", "rationale": words.rating}))
    supplied, refused = await _ask_two_agencies(casework)
    same_person, decision = await _decide(casework)
    handover, acceptance = await _hand_over(casework)
    return Journey(
        receipt=receipt,
        same_person=same_person,
        supplied=supplied,
        refused=refused,
        decision=decision,
        handover=handover,
        acceptance=acceptance,
        case=await _case_at_the_end(casework),
        status=await _closed(school, receipt),
    )


async def _ask_two_agencies(casework: CaseWork) -> tuple[Any, Any]:
    """One supplies what it knows, the other decides not to share."""
    for agency in (HEALTH, POLICE):
        basis = {"agency": agency, "lawful_basis": "children-act-2004-s11", "question": casework.words.question}
        done(await casework.act(casework.worker, "information-requests", basis), 201)
    health, police = casework.people.client(HEALTH), casework.people.client("wandsworth-police")
    supplied = {"answer": "supplied", "content": casework.words.content}
    refused = {"answer": "refused", "refusal_ground": "live-investigation", "refusal_reason": casework.words.refusal}
    return await _answer(health, casework, supplied), await _answer(police, casework, refused)


async def _answer(agency: Party, casework: CaseWork, answer: Json) -> Any:
    notice = await open_notice(agency, "information-requested", casework.reference)
    asked = done(await agency.follow("GET", notice["about_url"]))
    assert asked["question"] == casework.words.question
    answered = done(await agency.follow("POST", f"{notice['about_url']}/answer", json=answer))
    await acknowledge(agency, notice)
    return answered


async def _decide(casework: CaseWork) -> tuple[httpx2.Response, Any]:
    """What the manager is told who authorises a recommendation of their own, and the decision of two people."""
    same_person = await casework.authorise(casework.manager, await casework.recommend(casework.manager))
    return same_person, done(await casework.authorise(casework.manager, await casework.recommend(casework.worker)))


async def _hand_over(casework: CaseWork) -> tuple[Any, Any]:
    child_ids = [child["child_id"] for child in done(await casework.read())["children"]]
    body = {"team": TEAM, "child_ids": child_ids, "summary": casework.words.summary}
    done(await casework.act(casework.worker, "handovers", body), 201)
    team = casework.people.client(TEAM)
    notice = await open_notice(team, "handover-offered", casework.reference)
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


async def _case_at_the_end(casework: CaseWork) -> Any:
    """The case, once triage knows too that the team opened its notice: that may be told after the acceptance."""

    async def ask() -> Any:
        case = done(await casework.read())
        return case if all(handover["opened_at"] for handover in case["handovers"]) else None

    return await until(f"the opened notice in the case of {casework.reference}", ask)
