"""``/cases/{id}/recommend``: proposing an outcome for one child, which another person authorises."""

from collections.abc import Sequence
from typing import ClassVar

from triage_ui.acts.act import Ids, Mistakes, Row, Seen
from triage_ui.drafts.model import Draft
from triage_ui.pages.case.acting import OnCase, file_of
from triage_ui.shell.formats import label
from triage_ui.shell.visitor import Visitor


class Recommend(OnCase):
    """A recommendation for one child."""

    name: ClassVar[str] = "recommend"
    path: ClassVar[str] = "/cases/{case_id}/recommend"
    title: ClassVar[str] = "Recommend what happens to a child"
    template: ClassVar[str] = "pages/recommend/recommend.html"
    fields: ClassVar[tuple[str, ...]] = ("child_id", "outcome", "level", "rationale", "supersedes_reason")
    send_label: ClassVar[str] = "Send the recommendation"

    def mistakes(self, seen: Seen, draft: Draft) -> Mistakes:
        """All of it; and why, for a child that has a decision."""
        wanted = {
            "child_id": "Choose the child",
            "outcome": "Choose an outcome",
            "level": "Choose a level of need",
            "rationale": "Write why: the facts, what they mean and what you weighed",
        }
        found = {field: advice for field, advice in wanted.items() if not draft.get(field).strip()}
        decided = {str(child.child_id) for child in file_of(seen).case.children if child.decided}
        if draft.get("child_id") in decided and not draft.get("supersedes_reason"):
            found["supersedes_reason"] = "Say why this child is to be decided again"
        return found

    def rows(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """The recommendation."""
        again = draft.get("supersedes_reason")
        return [
            Row("Child", file_of(seen).children.called(draft.get("child_id")), "child_id"),
            Row("Outcome", visitor.words.outcome(draft.get("outcome")), "outcome"),
            Row("Level of need", visitor.words.level(draft.get("level")), "level"),
            Row("Why", draft.get("rationale").strip(), "rationale"),
            *([Row("Decided again because", label(again, "superseding-reason"), "supersedes_reason")] if again else []),
            Row("Who may authorise it", self._authorisers(visitor, draft)),
            Row("Not answered yet", not_answered(visitor, seen)),
        ]

    def standing(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """What is decided and recommended for the child now, and what happened."""
        case = file_of(seen).case
        mine = [one for one in case.recommendations if str(one.child_id) == draft.get("child_id") and not one.settled]
        now = [f"{visitor.words.outcome(one.outcome)}\n{one.rationale}" for one in mine]
        return [Row("Recommended for this child", "\n".join(now) or "Nothing"), *self.news(visitor, seen, draft)]

    async def send(self, visitor: Visitor, ids: Ids, draft: Draft) -> None:
        """Recommend."""
        body = {name: draft.get(name) for name in ("child_id", "outcome", "level")}
        again = {"supersedes_reason": draft.get("supersedes_reason")} if draft.get("supersedes_reason") else {}
        body = {**body, "rationale": draft.get("rationale").strip(), **again}
        await self.act(visitor, ids, "recommendations", body, draft)

    def _authorisers(self, visitor: Visitor, draft: Draft) -> str:
        return f"{' or '.join(visitor.words.authorisers(draft.get('outcome')))}, but not you"


def not_answered(visitor: Visitor, seen: Seen) -> str:
    """Who has not answered stands beside every decision."""
    waiting = [one for one in file_of(seen).case.requests if not one.answer]
    return ", ".join(visitor.words.agency(one.agency) for one in waiting) or "Every agency that was asked has answered"
