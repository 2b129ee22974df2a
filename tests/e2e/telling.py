"""One referral whose sender is asked something, answers, and tells of another child after the case is closed."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import httpx2

from frontdoor.demo.waiting import until
from tests.e2e.people import People
from tests.e2e.steps import PARTNERSHIP, REFERRALS, Desk, Json, done, open_notice, post

QUESTION: Final = "Who collects Rowan from school?"
ANSWER: Final = "His aunt does, and on Mondays his mother."
_WHO: Final = {"name": "Morgan Adeyemi-Clarke", "phone": "020 7946 0199"}
_ANOTHER_CHILD: Final[Json] = {
    "kind": "new-child",
    "immediate_danger": True,
    "referrer": _WHO,
    "words": "Rowan has a younger sister, who has just been brought in with a burn.",
    "children": [{"first_name": "Wren", "last_name": "Testerley", "date_of_birth": "2021-09-30"}],
}


@dataclass(frozen=True)
class Told:
    """What was answered and shown at each step."""

    reference: str
    question: Any
    status_while_asked: Any
    stale: httpx2.Response
    case_with_answer: Any
    document: Any
    in_queue: Any
    hub_notice: Any
    early_closure: httpx2.Response
    case_opened_again: Any
    status_opened_again: Any
    status_at_the_end: Any


@dataclass
class Sender:
    """The school, following its own referral."""

    people: People
    receipt: Any

    @property
    def reference(self) -> str:
        """What people call the referral."""
        return str(self.receipt["reference"])

    async def status(self, wanted: str) -> Any:
        """What the school sees, once it sees that."""

        async def ask() -> Any:
            path = f"{REFERRALS}/{self.receipt['referral_id']}"
            status = done(await self.people.client("wandsworth-school").ask("GET", "referral-intake", path))
            return status if status["status"] == wanted else None

        return await until(f"{self.reference} {wanted} in the eyes of the school", ask)

    async def read_question(self) -> Any:
        """Open the notice, and read what is asked."""
        school = self.people.client("wandsworth-school")
        notice = await open_notice(school, "question-asked", self.reference)
        return done(await school.follow("GET", notice["about_url"]))

    async def supplement(self, body: Json) -> Any:
        """Add to the referral."""
        path = f"{REFERRALS}/{self.receipt['referral_id']}/supplements"
        school, key = self.people.client("wandsworth-school"), {"Idempotency-Key": str(uuid4())}
        return done(await school.ask("POST", "referral-intake", path, json=body, headers=key), 202)


async def tell(people: People) -> Told:
    """Every step in order, each waiting for what it needs. Raises when one of them is not answered as it should be."""
    sender = Sender(people, done(await post(people.client("wandsworth-school")), 202))
    desk = await Desk(people, sender.reference).opened()
    officer = people.staff(f"{PARTNERSHIP}-contact-officer")
    done(await desk.act(officer, "questions", {"question": QUESTION}), 201)
    question, asked = await sender.read_question(), await sender.status("needs-answer")
    stale, with_answer = await _answer(desk, sender, question["question_id"])
    document = await desk.worker.follow("GET", with_answer["document_url"], headers={"Access-Purpose": "triage"})
    await _decide_and_close(desk, with_answer["children"][0])
    await sender.status("closed")
    await sender.supplement(_ANOTHER_CHILD)
    in_queue = await _news_in_queue(desk)
    again = done(await desk.read())
    early = await desk.act(desk.manager, "closure", {})
    opened_again = await sender.status("being-looked-at")
    await _decide_and_close(desk, again["children"][1])
    return Told(
        reference=sender.reference,
        question=question,
        status_while_asked=asked,
        stale=stale,
        case_with_answer=with_answer,
        document=done(document),
        in_queue=in_queue,
        hub_notice=await open_notice(desk.manager, "case-reopened", sender.reference),
        early_closure=early,
        case_opened_again=again,
        status_opened_again=opened_again,
        status_at_the_end=await sender.status("closed"),
    )


async def _answer(desk: Desk, sender: Sender, question_id: str) -> tuple[httpx2.Response, Any]:
    """The school answers; what a manager is told who decides without having seen it, and the case with the answer."""
    recommendation_id = await desk.recommend(desk.worker)
    seen = (await desk.read()).headers["ETag"]
    await sender.supplement({"kind": "answer", "question_id": question_id, "referrer": _WHO, "words": ANSWER})

    async def ask() -> Any:
        case = done(await desk.read())
        return case if case["news"] else None

    case = await until(f"the answer in the case of {desk.reference}", ask)
    body = {"recommendation_id": recommendation_id, "agree": True, "rationale": desk.words.decision}
    return await desk.write(desk.manager, "decisions", body, version=seen), case


async def _decide_and_close(desk: Desk, child: Json) -> None:
    """Two people decide that nothing more is needed, and the manager closes the case."""
    body = {"child_id": child["child_id"], "outcome": "no-further-action", "level": "2"}
    recommended = await desk.act(desk.worker, "recommendations", {**body, "rationale": desk.words.recommendation})
    done(await desk.authorise(desk.manager, done(recommended, 201)["recommendation_id"]))
    done(await desk.act(desk.manager, "closure", {}))


async def _news_in_queue(desk: Desk) -> Any:
    """The case's line in the queue of open cases, once it is there again; nobody has opened the case yet."""

    async def ask() -> Any:
        page = done(await desk.worker.ask("GET", "triage", "/v1/cases?limit=200"))
        return next((line for line in page["cases"] if line["case_id"] == desk.case_id), None)

    return await until(f"{desk.reference} in the queue again", ask)
