"""What triage staff do with one case: read, rate, ask, recommend, authorise, hand over, decide again, close."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from contracts.codes import LawfulBasis, Purpose, RatingReason, SupersedingReason
from frontdoor.client import Caller
from frontdoor.demo.examples import Decision, Example
from frontdoor.demo.referrals import Sent
from frontdoor.demo.waiting import until
from frontdoor.demo.world import World
from frontdoor.errors import Refused, Wrong

_STALE: Final = 412
_FOR_TRIAGE: Final = {"Access-Purpose": Purpose.TRIAGE}


@dataclass(frozen=True)
class CaseWork:
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
        if not is_suggested(item, sent.example):
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
        """Offer each team the children whose outcome it receives, and who have not been offered to it."""
        case = await self._case(self.worker)
        for team, child_ids in _to_offer(case).items():
            summary = "Please read the referral and the answers; the family knows that we are involved."
            await self._act(self.worker, "handovers", {"team": team, "child_ids": child_ids, "summary": summary})

    async def close(self) -> None:
        """Close what has not closed by itself: no team received a child, or something new came after the decision."""
        if (await self._case(self.manager))["closed_at"] is None:
            await self._act(self.manager, "closure", {})

    async def decide_again(self, decision: Decision) -> None:
        """The sender said something new after the decision: what one person recommends and another authorises now."""
        case = await until(f"{self.sent.example.name} opened again", self._reopened)
        child_id = case["children"][decision.child - 1]["child_id"]
        await self._decide(child_id, decision, supersedes_reason=SupersedingReason.NEWS_FROM_SENDER)

    async def _reopened(self) -> Mapping[str, Any] | None:
        case = await self._case(self.worker)
        return case if case["reopened_at"] and case["closed_at"] is None else None

    async def _decide(self, child_id: str, decision: Decision, **why: str) -> None:
        body = {"child_id": child_id, "outcome": decision.outcome, "level": decision.level, **why}
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


def is_suggested(item: Mapping[str, Any], example: Example) -> bool:
    """Whether a line of the queue has the suggestion that the example expects.

    A folder that was kept holds the same children from the run before, and a repeat may then suggest more.
    """
    reasons = {reason["code"] for reason in item["suggestion_reasons"]}
    known_before = example.follows is None and RatingReason.REPEAT in reasons
    return known_before or item["suggested_rating"] == example.suggested_rating


def _to_offer(case: Mapping[str, Any]) -> Mapping[str, list[str]]:
    """The children that each team receives by the decision that stands, and was not offered yet."""
    offered = {decision_id for handover in case["handovers"] for decision_id in handover["decision_ids"]}
    teams: dict[str, list[str]] = {}
    for decision in case["decisions"]:
        stands = decision["superseded_by"] is None and decision["decision_id"] not in offered
        if decision["team"] and stands:
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
