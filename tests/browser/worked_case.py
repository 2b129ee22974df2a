"""A case in which everything that can wait waits, with the longest words that people send."""

from dataclasses import dataclass
from typing import Final

from tests.e2e.people import People
from tests.e2e.steps import HEALTH, POLICE, REFERRAL, TEAM, CaseWork, Json, done, open_notice, post

UNBROKEN: Final = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 2
"""A word without a place to break it."""
_CHILD: Final = REFERRAL["children"][0]
LONG: Final[Json] = {
    **REFERRAL,
    "children": [
        {**_CHILD, "first_name": "Rowan", "last_name": f"Testerley-{UNBROKEN[:60]}"},
        {**_CHILD, "first_name": "Ash", "last_name": "Testerley", "date_of_birth": "2019-02-01"},
    ],
    "concern": {
        "types": ["physical-abuse"],
        "facts": f"Rowan came to school with a bruise. {UNBROKEN} He said nothing.",
    },
}


@dataclass(frozen=True)
class WorkedCase:
    """The ids that addresses are made of."""

    reference: str
    ids: dict[str, str]

    def fill(self, path: str) -> str:
        """The address of an act on this case."""
        return path.format(**self.ids)


async def worked_case(people: People) -> WorkedCase:
    """Two requests, one of them answered; one child decided and offered to its team, the other recommended."""
    work = await CaseWork(people, done(await post(people.client("wandsworth-school"), LONG), 202)["reference"]).opened()
    done(await work.act(work.worker, "rating", {"rating": "red", "rationale": f"Because of {UNBROKEN}"}))
    for agency in (HEALTH, POLICE):
        asked = {"agency": agency, "lawful_basis": "children-act-2004-s11", "question": f"About {UNBROKEN}?"}
        done(await work.act(work.worker, "information-requests", asked), 201)
    answered = await _answer(people, work.reference)
    done(await work.authorise(work.manager, await work.recommend(work.worker)))
    first, second = done(await work.read())["children"]
    offer = {"team": TEAM, "child_ids": [first["child_id"]], "summary": f"Read {UNBROKEN}"}
    handover = done(await work.act(work.worker, "handovers", offer), 201)
    again = {"child_id": second["child_id"], "outcome": "no-further-action", "level": "2", "rationale": UNBROKEN}
    recommended = done(await work.act(work.worker, "recommendations", again), 201)
    return WorkedCase(
        work.reference,
        {
            "case_id": work.case_id,
            "request_id": answered,
            "handover_id": handover["handover_id"],
            "recommendation_id": recommended["recommendation_id"],
        },
    )


async def _answer(people: People, reference: str) -> str:
    """The health visitors share what they know; the id of the request."""
    health = people.client(HEALTH)
    notice = await open_notice(health, "information-requested", reference)
    answer = {"answer": "supplied", "content": f"Two appointments were missed. {UNBROKEN}"}
    done(await health.follow("POST", f"{notice['about_url']}/answer", json=answer))
    return str(notice["about_url"]).rpartition("/")[2]
