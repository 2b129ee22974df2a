"""What triage staff do with one case: read, rate, ask, recommend, authorise, hand over or close."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from contracts.codes import LawfulBasis, Purpose
from frontdoor.client import Caller
from frontdoor.demo.examples import Decision
from frontdoor.demo.referrals import Sent
from frontdoor.demo.waiting import until
from frontdoor.demo.world import World
from frontdoor.errors import Refused, Wrong

_STALE: Final = 412
_FOR_TRIAGE: Final = {"Access-Purpose": Purpose.TRIAGE}


@dataclass(frozen=True)
class Desk:
    """One case, the social worker who has it and the manager who decides."""

    sent: Sent
    case_id: str
    worker: Caller
    manager: Caller

    @classmethod
    async def open(cls, world: World, sent: Sent) -> Self:
        """Find the case in the queue, with the rating that the partnership's pack suggests."""
        worker = world.staff(f"{sent.example.partnership}-social-worker-1")
        manager = world.staff(f"{sent.example.partnership}-manager")
        item = await until(f"a case for {sent.reference} in the queue", lambda: _find(worker, sent.reference))
        if item["suggested_rating"] != sent.example.suggested_rating:
            raise Wrong(f"Missing: the suggestion {sent.example.suggested_rating} for {sent.example.name}")
        return cls(sent, item["case_id"], worker, manager)

    async def read(self) -> Mapping[str, Any]:
        """The case and, from where it is kept, the document."""
        case = await self._case(self.worker)
        await self.worker.follow("GET", case["document_url"], purpose=Purpose.TRIAGE)
        return case

    async def rate(self) -> None:
        """Set the urgency."""
        rationale = "Read with the referral form. What is described needs this pace."
        await self._act(self.worker, "rating", {"rating": self.sent.example.rating, "rationale": rationale})

    async def ask(self) -> None:
        """Ask the agencies what they know."""
        basis = LawfulBasis.CHILDREN_ACT_2004_S11
        question = "What do you know of this child and family in the last twelve months?"
        for agency in self.sent.example.asked:
            body = {"agency": agency, "lawful_basis": basis, "question": question}
            await self._act(self.worker, "information-requests", body)

    async def decide(self) -> None:
        """One person recommends and another authorises, child by child."""
        children = (await self._case(self.worker))["children"]
        for decision in self.sent.example.decisions:
            await self._decide(children[decision.child - 1]["child_id"], decision)

    async def hand_over(self) -> None:
        """Offer each team the children whose outcome it receives; with none to offer, close the case."""
        case = await self._case(self.worker)
        for team, child_ids in _by_team(case["decisions"]).items():
            summary = "Please read the referral and the answers; the family knows that we are involved."
            await self._act(self.worker, "handovers", {"team": team, "child_ids": child_ids, "summary": summary})
        if not self.sent.example.handovers:
            await self._act(self.manager, "closure", {})

    async def _decide(self, child_id: str, decision: Decision) -> None:
        body = {"child_id": child_id, "outcome": decision.outcome, "level": decision.level}
        rationale = "The facts, the answers and what the child said point to this."
        recommended = await self._act(self.worker, "recommendations", {**body, "rationale": rationale})
        agreed = {"recommendation_id": recommended["recommendation_id"], "agree": True, "rationale": "I agree."}
        await self._act(self.manager, "decisions", agreed)

    async def _act(self, caller: Caller, what: str, body: Mapping[str, object]) -> Any:
        """Act on the case as it is now; when somebody else changed it meanwhile, look again and act again."""

        async def attempt() -> Any:
            seen = await caller.ask("GET", "triage", f"/v1/cases/{self.case_id}", headers=_FOR_TRIAGE)
            headers = {"If-Match": seen.headers["ETag"]}
            try:
                return await caller.post("triage", f"/v1/cases/{self.case_id}/{what}", body, headers=headers)
            except Refused as refused:
                if refused.status == _STALE:
                    return None
                raise

        return await until(f"{what} of {self.sent.example.name}", attempt)

    async def _case(self, caller: Caller) -> Mapping[str, Any]:
        case: Mapping[str, Any] = await caller.get("triage", f"/v1/cases/{self.case_id}", headers=_FOR_TRIAGE)
        return case


def _by_team(decisions: Iterable[Mapping[str, Any]]) -> Mapping[str, list[str]]:
    """The children that each team receives."""
    teams: dict[str, list[str]] = {}
    for decision in decisions:
        if decision["team"]:
            teams.setdefault(decision["team"], []).append(decision["child_id"])
    return teams


async def _find(worker: Caller, reference: str) -> Mapping[str, Any] | None:
    """The case of a referral in the queue, page by page."""
    path: str | None = "/v1/cases?limit=100"
    while path is not None:
        page = await worker.get("triage", path)
        for item in page["cases"]:
            if item["reference"] == reference:
                found: Mapping[str, Any] = item
                return found
        path = f"/v1/cases?limit=100&cursor={page['next']}" if page["next"] else None
    return None
