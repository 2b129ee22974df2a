"""``/cases/{id}/take-back/{handover}``: an offer that nobody has accepted no longer stands."""

from collections.abc import Sequence
from typing import ClassVar

from starlette.exceptions import HTTPException

from triage_ui.acts.act import Ids, NothingToFillIn, Row, Seen
from triage_ui.drafts.model import Draft
from triage_ui.pages.case.acting import OnCase, file_of
from triage_ui.shell.visitor import Visitor


class TakeBack(NothingToFillIn, OnCase):
    """Taking an offer back."""

    name: ClassVar[str] = "take-back"
    path: ClassVar[str] = "/cases/{case_id}/take-back/{handover_id}"
    title: ClassVar[str] = "Take an offer back"
    template: ClassVar[str] = "pages/take_back/take_back.html"
    send_label: ClassVar[str] = "Take the offer back"

    async def look(self, visitor: Visitor, ids: Ids) -> Seen:
        """The case. An offer that it does not have leads nowhere."""
        seen = await super().look(visitor, ids)
        if all(one.handover_id != ids["handover_id"] for one in file_of(seen).case.handovers):
            raise HTTPException(404)
        return seen

    def rows(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """What is offered."""
        file, handover_id = file_of(seen), draft.about.split("/")[-1]
        offered = [one for one in file.case.handovers if str(one.handover_id) == handover_id]
        return [Row(visitor.words.team(one.team), file.children.listed(one.child_ids)) for one in offered]

    def standing(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """What happened meanwhile."""
        return self.news(visitor, seen, draft)

    async def send(self, visitor: Visitor, ids: Ids, draft: Draft) -> None:
        """Take it back."""
        await self.act(visitor, ids, f"handovers/{ids['handover_id']}/withdrawal", None, draft)
