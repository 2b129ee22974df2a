"""``/cases/{id}/close``: closing a case in which nothing is left to do."""

from collections.abc import Sequence
from typing import ClassVar

from triage_ui.acts.act import Ids, NothingToFillIn, Row, Seen
from triage_ui.drafts.model import Draft
from triage_ui.pages.case.acting import OnCase, file_of
from triage_ui.shell.visitor import Visitor


class Close(NothingToFillIn, OnCase):
    """Closing."""

    name: ClassVar[str] = "close"
    path: ClassVar[str] = "/cases/{case_id}/close"
    title: ClassVar[str] = "Close this case"
    template: ClassVar[str] = "pages/close/close.html"
    send_label: ClassVar[str] = "Close the case"

    def rows(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """What each child's decision is."""
        file = file_of(seen)
        standing = {one.child_id: one for one in file.case.decisions if one.superseded_by is None}
        return [
            Row(
                file.children.called(child.child_id),
                visitor.words.outcome(standing[child.child_id].outcome)
                if child.child_id in standing
                else "Not decided yet",
            )
            for child in file.case.children
        ]

    def standing(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """What happened meanwhile."""
        return self.news(visitor, seen, draft)

    async def send(self, visitor: Visitor, ids: Ids, draft: Draft) -> None:
        """Close."""
        await self.act(visitor, ids, "closure", None, draft)
