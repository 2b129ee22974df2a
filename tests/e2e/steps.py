"""What people do with one referral, step by step, through the public APIs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self
from uuid import uuid4

import httpx2

from frontdoor.demo.waiting import until
from tests.e2e.people import Party, People

Json = Mapping[str, Any]

REFERRALS: Final = "/v1/referrals"
PARTNERSHIP: Final = "wandsworth"
HEALTH, POLICE, TEAM = "wandsworth-health-visiting", "metropolitan-police", "wandsworth-macpt"
STALE: Final = 412
FOR_TRIAGE: Final = {"Access-Purpose": "triage"}

REFERRAL: Final[Json] = {
    "referrer": {"name": "Morgan Adeyemi-Clarke", "role": "Safeguarding lead", "phone": "020 7946 0199"},
    "children": [
        {"first_name": "Rowan", "last_name": "Testerley", "date_of_birth": "2017-05-04", "school": "Ashcroft Primary"}
    ],
    "concern": {"types": ["physical-abuse"], "facts": "Rowan came to school with a bruise that he would not explain."},
}


@dataclass(frozen=True)
class Words:
    """What people write while they work."""

    rating: str = "A possible child protection issue."
    question: str = "What do you know of this child and family in the last twelve months?"
    content: str = "Two appointments were missed in October."
    refusal: str = "An officer is speaking to a witness this week."
    recommendation: str = "The facts and the answers point to significant harm."
    decision: str = "I agree."
    summary: str = "Please read the referral and the answers."


def done(response: httpx2.Response, status: int = httpx2.codes.OK) -> Any:
    """What an answer says, when it is the one that was expected."""
    assert response.status_code == status, f"{response.request.method} {response.request.url}: {response.text}"
    return response.json()


async def post(sender: Party, referral: Json = REFERRAL, *, key: str | None = None, **headers: str) -> httpx2.Response:
    """Send a referral under ``key``, or under one of its own."""
    return await sender.ask(
        "POST", "referral-intake", REFERRALS, json=referral, headers={"Idempotency-Key": key or str(uuid4()), **headers}
    )


async def find_in_queue(worker: Party, reference: str) -> Any:
    """A referral's line in the queue of open cases; None when it has none. Nobody opens a case by looking here."""
    path: str | None = "/v1/cases?limit=100"
    while path:
        page = done(await worker.ask("GET", "triage", path))
        found = next((line for line in page["cases"] if line["reference"] == reference), None)
        if found:
            return found
        path = f"/v1/cases?limit=100&cursor={page['next']}" if page["next"] else None
    return None


@dataclass
class CaseWork:
    """One case and the two people at work on it."""

    people: People
    reference: str
    words: Words = field(default_factory=Words)
    case_id: str = ""

    @property
    def worker(self) -> Party:
        """Recommends."""
        return self.people.staff(f"{PARTNERSHIP}-social-worker-1")

    @property
    def manager(self) -> Party:
        """Authorises."""
        return self.people.staff(f"{PARTNERSHIP}-manager")

    async def opened(self) -> Self:
        """The casework, once its case is in the queue."""
        self.case_id = str((await self.in_queue())["case_id"])
        return self

    async def in_queue(self) -> Any:
        """The case's line in the queue, once it is there."""
        waiting_for = f"a case for {self.reference} in the queue"
        return await until(waiting_for, lambda: find_in_queue(self.worker, self.reference))

    async def read(self) -> httpx2.Response:
        """The case as it is now."""
        return await self.worker.ask("GET", "triage", f"/v1/cases/{self.case_id}", headers=FOR_TRIAGE)

    async def told(self, count: int) -> Any:
        """The case, once it holds so much news of its sender."""

        async def ask() -> Any:
            case = done(await self.read())
            return case if len(case["news"]) >= count else None

        return await until(f"news number {count} in the case of {self.reference}", ask)

    async def act(self, who: Party, what: str, body: Json) -> httpx2.Response:
        """Act on the case as it is now, again when somebody else changed it in between."""

        async def attempt() -> httpx2.Response | None:
            seen = await self.read()
            answer = await self.write(who, what, body, version=seen.headers["ETag"])
            return None if answer.status_code == STALE else answer

        return await until(f"{what} of {self.reference}", attempt)

    async def write(self, who: Party, what: str, body: Json, *, version: str) -> httpx2.Response:
        """Act on the case as it was at ``version``."""
        return await who.ask(
            "POST", "triage", f"/v1/cases/{self.case_id}/{what}", json=body, headers={"If-Match": version}
        )

    async def recommend(self, who: Party) -> str:
        """Recommend a strategy discussion for the first child; the id of the recommendation."""
        (child, *_) = done(await self.read())["children"]
        body = {"child_id": child["child_id"], "outcome": "strategy-discussion", "level": "4"}
        answer = await self.act(who, "recommendations", {**body, "rationale": self.words.recommendation})
        return str(done(answer, 201)["recommendation_id"])

    async def authorise(self, who: Party, recommendation_id: str) -> httpx2.Response:
        """Agree to a recommendation."""
        body = {"recommendation_id": recommendation_id, "agree": True, "rationale": self.words.decision}
        return await self.act(who, "decisions", body)

    async def close_without_action(self, child: Json) -> None:
        """Two people decide that nothing more is needed for a child, and the manager closes the case."""
        body = {"child_id": child["child_id"], "outcome": "no-further-action", "level": "2"}
        recommended = await self.act(self.worker, "recommendations", {**body, "rationale": self.words.recommendation})
        done(await self.authorise(self.manager, done(recommended, 201)["recommendation_id"]))
        done(await self.act(self.manager, "closure", {}))


async def open_notice(reader: Party, kind: str, reference: str) -> Any:
    """Wait for a notice, and open it; what it says."""

    async def ask() -> str | None:
        inbox = done(await reader.ask("GET", "agency-notify", "/v1/notices?unopened=true&limit=100"))
        matching = [each for each in inbox["notices"] if (each["kind"], each["reference"]) == (kind, reference)]
        return str(matching[0]["notice_id"]) if matching else None

    notice_id = await until(f"a notice ({kind}) about {reference}", ask)
    return done(await reader.ask("GET", "agency-notify", f"/v1/notices/{notice_id}"))


async def acknowledge(reader: Party, notice: Json) -> Any:
    """Say that a notice is dealt with."""
    return done(await reader.ask("POST", "agency-notify", f"/v1/notices/{notice['notice_id']}/acknowledgement"))
