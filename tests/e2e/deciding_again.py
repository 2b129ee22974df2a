"""One referral that is closed, opened again by danger, decided again, returned by its team, and answered about late."""

from dataclasses import dataclass
from typing import Any, Final

from frontdoor.demo.waiting import until
from tests.e2e.people import Party, People
from tests.e2e.sender import Sender
from tests.e2e.steps import POLICE, TEAM, CaseWork, Json, done, open_notice, post

DANGER: Final[Json] = {
    "kind": "new-information",
    "immediate_danger": True,
    "referrer": {"name": "Morgan Adeyemi-Clarke", "phone": "020 7946 0199"},
    "words": "He has come in with a burn, and says that he is afraid to go home.",
}
NOTE: Final = "Please say where the child sleeps tonight."
ANSWER: Final = "Officers were called to the address twice in June."
CORRECTED: Final = "Officers were called to the address once in June; the other call was to a neighbour."
_FOR_THE_TEAM: Final = {"Access-Purpose": "child-protection"}


@dataclass(frozen=True)
class Again:
    """What was answered and shown at each step."""

    reference: str
    closed: Any
    reopened: Any
    in_queue: Any
    decided: Any
    decision: Any
    returned: Any
    back_in_triage: Any
    accepted: Any
    closed_again: Any
    opened_by_the_answer: Any
    request: Any
    case: Any
    at_the_end: Any


async def decide_again(people: People) -> Again:
    """Every step in order, each waiting for what it needs. Raises when one of them is not answered as it should be."""
    sender = Sender(people, done(await post(people.client("wandsworth-school")), 202))
    work = await CaseWork(people, sender.reference).opened()
    request_url = await _ask_the_police(work)
    await work.close_without_action(done(await work.read())["children"][0])
    closed = await sender.status("closed")
    await sender.supplement(DANGER)
    reopened, in_queue = await sender.status("being-looked-at"), await work.in_queue()
    decision = await _decide_for_protection(work)
    decided = await sender.status("decided")
    returned, back_in_triage, accepted = await _hand_over(work)
    closed_again = await sender.status("closed")
    opened_by_the_answer, request = await _answer_late(work, request_url)
    done(await work.act(work.manager, "closure", {}))
    at_the_end = await _closed_times(sender, 3)
    return Again(
        reference=sender.reference,
        closed=closed,
        reopened=reopened,
        in_queue=in_queue,
        decided=decided,
        decision=decision,
        returned=returned,
        back_in_triage=back_in_triage,
        accepted=accepted,
        closed_again=closed_again,
        opened_by_the_answer=opened_by_the_answer,
        request=request,
        case=done(await work.read()),
        at_the_end=at_the_end,
    )


async def _ask_the_police(work: CaseWork) -> str:
    """They do not answer before the case is closed; where they read the request."""
    body = {"agency": POLICE, "lawful_basis": "children-act-2004-s11", "question": work.words.question}
    done(await work.act(work.worker, "information-requests", body), 201)
    notice = await open_notice(work.people.client("wandsworth-police"), "information-requested", work.reference)
    return str(notice["about_url"])


async def _decide_for_protection(work: CaseWork) -> Any:
    [child] = done(await work.read())["children"]
    body = {
        "child_id": child["child_id"],
        "outcome": "strategy-discussion",
        "level": "4",
        "rationale": work.words.recommendation,
        "supersedes_reason": "news-from-sender",
    }
    recommended = done(await work.act(work.worker, "recommendations", body), 201)
    return done(await work.authorise(work.manager, recommended["recommendation_id"]))


async def _hand_over(work: CaseWork) -> tuple[Any, Any, Any]:
    """The team wants to know more first, and accepts what it is then offered."""
    team = work.people.client(TEAM)
    first = await _offer(work, team)
    returned = done(await team.follow("POST", f"{first}/return", json={"reason": "information-missing", "note": NOTE}))
    back_in_triage = done(await work.read())
    second = await _offer(work, team)
    return returned, back_in_triage, done(await team.follow("POST", f"{second}/acceptance"))


async def _offer(work: CaseWork, team: Party) -> str:
    """Where the team reads what it is offered, once it has opened the notice and read it."""
    child_ids = [child["child_id"] for child in done(await work.read())["children"]]
    done(
        await work.act(work.worker, "handovers", {"team": TEAM, "child_ids": child_ids, "summary": "Please read."}),
        201,
    )
    notice = await open_notice(team, "handover-offered", work.reference)
    done(await team.follow("GET", notice["about_url"], headers=_FOR_THE_TEAM))
    return str(notice["about_url"])


async def _answer_late(work: CaseWork, request_url: str) -> tuple[Any, Any]:
    """The police answer a closed case, which is opened by it, and put their answer right."""
    police = work.people.client("wandsworth-police")
    done(await police.follow("POST", f"{request_url}/answer", json={"answer": "supplied", "content": ANSWER}))
    opened = done(await work.read())
    correction = {"revision": 1, "answer": "supplied", "content": CORRECTED, "reason": "One call was to a neighbour."}
    done(await police.follow("POST", f"{request_url}/correction", json=correction))
    request = done(await work.worker.follow("GET", request_url, headers={"Access-Purpose": "triage"}))
    return opened, request


async def _closed_times(sender: Sender, times: int) -> Any:
    """What the sender sees, once it has been closed so often."""

    async def ask() -> Any:
        status = done(await sender.party.ask("GET", "referral-intake", sender.path))
        closed = [step for step in status["steps"] if step["step"] == "closed"]
        return status if len(closed) == times else None

    return await until(f"{sender.reference} closed {times} times in the eyes of its sender", ask)
