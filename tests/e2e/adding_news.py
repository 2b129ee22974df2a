"""One referral whose sender is asked something, answers, and tells of another child after the case is closed."""

from dataclasses import dataclass
from typing import Any, Final

import httpx2

from tests.e2e.people import People
from tests.e2e.sender import Sender
from tests.e2e.steps import PARTNERSHIP, CaseWork, Json, done, open_notice, post

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


async def tell(people: People) -> Told:
    """Every step in order, each waiting for what it needs. Raises when one of them is not answered as it should be."""
    sender = Sender(people, done(await post(people.client("wandsworth-school")), 202))
    casework = await CaseWork(people, sender.reference).opened()
    officer = people.staff(f"{PARTNERSHIP}-contact-officer")
    done(await casework.act(officer, "questions", {"question": QUESTION}), 201)
    question, asked = await sender.read_question(), await sender.status("needs-answer")
    stale, with_answer = await _answer(casework, sender, question["question_id"])
    document = await casework.worker.follow("GET", with_answer["document_url"], headers={"Access-Purpose": "triage"})
    await casework.close_without_action(with_answer["children"][0])
    await sender.status("closed")
    await sender.supplement(_ANOTHER_CHILD)
    in_queue = await casework.in_queue()
    again = done(await casework.read())
    early = await casework.act(casework.manager, "closure", {})
    opened_again = await sender.status("being-looked-at")
    await casework.close_without_action(again["children"][1])
    return Told(
        reference=sender.reference,
        question=question,
        status_while_asked=asked,
        stale=stale,
        case_with_answer=with_answer,
        document=done(document),
        in_queue=in_queue,
        hub_notice=await open_notice(casework.manager, "case-reopened", sender.reference),
        early_closure=early,
        case_opened_again=again,
        status_opened_again=opened_again,
        status_at_the_end=await sender.status("closed"),
    )


async def _answer(casework: CaseWork, sender: Sender, question_id: str) -> tuple[httpx2.Response, Any]:
    """The school answers; what a manager is told who decides without having seen it, and the case with the answer."""
    recommendation_id = await casework.recommend(casework.worker)
    seen = (await casework.read()).headers["ETag"]
    await sender.supplement({"kind": "answer", "question_id": question_id, "referrer": _WHO, "words": ANSWER})

    case = await casework.told(1)
    body = {"recommendation_id": recommendation_id, "agree": True, "rationale": casework.words.decision}
    return await casework.write(casework.manager, "decisions", body, version=seen), case
