"""One referral that is closed, opened again by danger, decided again, returned by its team, and answered about late."""

from dataclasses import dataclass
from typing import Any, Final

from frontdoor.demo.waiting import until
from tests.e2e.people import Party, People
from tests.e2e.sender import Sender
from tests.e2e.steps import POLICE, TEAM, Desk, Json, done, open_notice, post

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
    desk = await Desk(people, sender.reference).opened()
    request_url = await _ask_the_police(desk)
    await desk.close_without_action(done(await desk.read())["children"][0])
    closed = await sender.status("closed")
    await sender.supplement(DANGER)
    reopened, in_queue = await sender.status("being-looked-at"), await desk.in_queue()
    decision = await _decide_for_protection(desk)
    decided = await sender.status("decided")
    returned, back_in_triage, accepted = await _hand_over(desk)
    closed_again = await sender.status("closed")
    opened_by_the_answer, request = await _answer_late(desk, request_url)
    done(await desk.act(desk.manager, "closure", {}))
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
        case=done(await desk.read()),
        at_the_end=at_the_end,
    )


async def _ask_the_police(desk: Desk) -> str:
    """They do not answer before the case is closed; where they read the request."""
    body = {"agency": POLICE, "lawful_basis": "children-act-2004-s11", "question": desk.words.question}
    done(await desk.act(desk.worker, "information-requests", body), 201)
    notice = await open_notice(desk.people.client("wandsworth-police"), "information-requested", desk.reference)
    return str(notice["about_url"])


async def _decide_for_protection(desk: Desk) -> Any:
    [child] = done(await desk.read())["children"]
    body = {
        "child_id": child["child_id"],
        "outcome": "strategy-discussion",
        "level": "4",
        "rationale": desk.words.recommendation,
        "supersedes_reason": "news-from-sender",
    }
    recommended = done(await desk.act(desk.worker, "recommendations", body), 201)
    return done(await desk.authorise(desk.manager, recommended["recommendation_id"]))


async def _hand_over(desk: Desk) -> tuple[Any, Any, Any]:
    """The team wants to know more first, and accepts what it is then offered."""
    team = desk.people.client(TEAM)
    first = await _offer(desk, team)
    returned = done(await team.follow("POST", f"{first}/return", json={"reason": "information-missing", "note": NOTE}))
    back_in_triage = done(await desk.read())
    second = await _offer(desk, team)
    return returned, back_in_triage, done(await team.follow("POST", f"{second}/acceptance"))


async def _offer(desk: Desk, team: Party) -> str:
    """Where the team reads what it is offered, once it has opened the notice and read it."""
    child_ids = [child["child_id"] for child in done(await desk.read())["children"]]
    done(
        await desk.act(desk.worker, "handovers", {"team": TEAM, "child_ids": child_ids, "summary": "Please read."}), 201
    )
    notice = await open_notice(team, "handover-offered", desk.reference)
    done(await team.follow("GET", notice["about_url"], headers=_FOR_THE_TEAM))
    return str(notice["about_url"])


async def _answer_late(desk: Desk, request_url: str) -> tuple[Any, Any]:
    """The police answer a closed case, which is opened by it, and put their answer right."""
    police = desk.people.client("wandsworth-police")
    done(await police.follow("POST", f"{request_url}/answer", json={"answer": "supplied", "content": ANSWER}))
    opened = done(await desk.read())
    correction = {"revision": 1, "answer": "supplied", "content": CORRECTED, "reason": "One call was to a neighbour."}
    done(await police.follow("POST", f"{request_url}/correction", json=correction))
    request = done(await desk.worker.follow("GET", request_url, headers={"Access-Purpose": "triage"}))
    return opened, request


async def _closed_times(sender: Sender, times: int) -> Any:
    """What the sender sees, once it has been closed so often."""

    async def ask() -> Any:
        status = done(await sender.party.ask("GET", "referral-intake", sender.path))
        closed = [step for step in status["steps"] if step["step"] == "closed"]
        return status if len(closed) == times else None

    return await until(f"{sender.reference} closed {times} times in the eyes of its sender", ask)
