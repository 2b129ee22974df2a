"""``/cases/{id}/rate``: how urgently to handle a case, which is not the level of need."""

from collections.abc import Sequence
from typing import ClassVar

from triage_ui.acts.act import Ids, Mistakes, Row, Seen
from triage_ui.drafts.model import Draft
from triage_ui.pages.case.acting import OnCase, file_of
from triage_ui.shell.visitor import Visitor


class Rate(OnCase):
    """Rating a case, or changing its rating."""

    name: ClassVar[str] = "rate"
    path: ClassVar[str] = "/cases/{case_id}/rate"
    title: ClassVar[str] = "Rate how urgent this case is"
    template: ClassVar[str] = "pages/rate/rate.html"
    fields: ClassVar[tuple[str, ...]] = ("rating", "rationale")
    send_label: ClassVar[str] = "Rate the case"

    def mistakes(self, seen: Seen, draft: Draft) -> Mistakes:
        """A rating; and why, when one that stands is to change."""
        found = {} if draft.get("rating") else {"rating": "Choose a rating"}
        if file_of(seen).case.rating and not draft.get("rationale").strip():
            found["rationale"] = "Say why you are changing the rating"
        return found

    def rows(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """The rating and the reason."""
        reason = draft.get("rationale").strip() or "None given"
        return [Row("Rating", visitor.words.rating(draft.get("rating")), "rating"), Row("Why", reason, "rationale")]

    def standing(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """The rating that stands, with its reason."""
        case = file_of(seen).case
        reason = (case.ratings[-1].rationale if case.ratings else None) or "None given"
        return [Row("Rating", visitor.words.rating(case.rating)), Row("Why", reason), *self.news(visitor, seen, draft)]

    async def send(self, visitor: Visitor, ids: Ids, draft: Draft) -> None:
        """Set the rating."""
        body = {"rating": draft.get("rating"), "rationale": draft.get("rationale").strip() or None}
        await self.act(visitor, ids, "rating", body, draft)
