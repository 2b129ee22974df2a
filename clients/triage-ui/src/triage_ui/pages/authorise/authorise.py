"""``/cases/{id}/authorise/{recommendation}``: another person agrees to a recommendation, or turns it down."""

from collections.abc import Sequence
from typing import ClassVar, Final

from starlette.exceptions import HTTPException

from triage_ui.acts.act import Ids, Mistakes, Row, Seen
from triage_ui.drafts.model import Draft
from triage_ui.pages.authorise.model import Authorisation
from triage_ui.pages.case.acting import OnCase
from triage_ui.pages.case.reading import read_file
from triage_ui.pages.recommend.recommend import not_answered
from triage_ui.shell.visitor import Visitor

_GRAVE: Final = frozenset({"no-further-action", "strategy-discussion"})
"""Outcomes after which a family's life changes, or nobody looks again: one quiet page before they are sent."""


class Authorise(OnCase):
    """Agreeing, or not."""

    name: ClassVar[str] = "authorise"
    path: ClassVar[str] = "/cases/{case_id}/authorise/{recommendation_id}"
    title: ClassVar[str] = "Authorise a recommendation, or turn it down"
    template: ClassVar[str] = "pages/authorise/authorise.html"
    fields: ClassVar[tuple[str, ...]] = ("agree", "rationale")
    send_label: ClassVar[str] = "Record the decision"

    async def look(self, visitor: Visitor, ids: Ids) -> Seen:
        """The case and the recommendation. One that the case does not have leads nowhere."""
        file = await read_file(visitor, ids["case_id"])
        wanted = ids["recommendation_id"]
        found = next((one for one in file.case.recommendations if one.recommendation_id == wanted), None)
        if found is None:
            raise HTTPException(404)
        return Seen(file.case.reference, file.version, Authorisation(file, found))

    def mistakes(self, seen: Seen, draft: Draft) -> Mistakes:
        """Yes or no, and why."""
        wanted = {"agree": "Choose whether you authorise it", "rationale": "Write why"}
        return {field: advice for field, advice in wanted.items() if not draft.get(field).strip()}

    def rows(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """The recommendation and what this person says to it."""
        about = Authorisation.of(seen)
        return [
            Row("Child", about.child),
            Row("Recommended outcome", visitor.words.outcome(about.recommendation.outcome)),
            Row("Level of need", visitor.words.level(about.recommendation.level)),
            Row("Your decision", "Authorise" if draft.get("agree") == "yes" else "Turn down", "agree"),
            Row("Why", draft.get("rationale").strip(), "rationale"),
            Row("Not answered yet", not_answered(visitor, about.of_case(seen))),
        ]

    def standing(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """What the recommendation says now, and what happened."""
        about = Authorisation.of(seen)
        settled = about.recommendation.settled
        state = settled.replace("-", " ").capitalize() if settled else "Still waits for another person"
        return [Row("The recommendation", state), *self.news(visitor, about.of_case(seen), draft)]

    def pause(self, seen: Seen, draft: Draft) -> str:
        """For outcomes that weigh most, when they are agreed to."""
        about = Authorisation.of(seen)
        if draft.get("agree") != "yes" or about.recommendation.outcome not in _GRAVE:
            return ""
        return (
            f"You are about to decide for {about.child}. Two people stand behind this decision, and you are the "
            "second. Have you read the referral, the answers, and what has not been answered?"
        )

    async def send(self, visitor: Visitor, ids: Ids, draft: Draft) -> None:
        """Decide. The service may ask for a fresh sign-in first."""
        body = {
            "recommendation_id": str(ids["recommendation_id"]),
            "agree": draft.get("agree") == "yes",
            "rationale": draft.get("rationale").strip(),
        }
        await self.act(visitor, ids, "decisions", body, draft)
