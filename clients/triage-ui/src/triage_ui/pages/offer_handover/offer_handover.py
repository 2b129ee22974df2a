"""``/cases/{id}/offer-handover``: offering decided children to a team; it is complete when the team accepts."""

from collections.abc import Sequence
from typing import ClassVar

from triage_ui.acts.act import Ids, Mistakes, Row, Seen
from triage_ui.drafts.model import Draft
from triage_ui.pages.case.acting import OnCase, file_of
from triage_ui.shell.formats import HANDOVER_STATES, said
from triage_ui.shell.visitor import Visitor


class OfferHandover(OnCase):
    """An offer to a team."""

    name: ClassVar[str] = "offer-handover"
    path: ClassVar[str] = "/cases/{case_id}/offer-handover"
    title: ClassVar[str] = "Offer children to a team"
    template: ClassVar[str] = "pages/offer_handover/offer_handover.html"
    fields: ClassVar[tuple[str, ...]] = ("team", "child_ids", "summary")
    send_label: ClassVar[str] = "Offer the handover"

    def mistakes(self, seen: Seen, draft: Draft) -> Mistakes:
        """Team, children and summary."""
        wanted = {
            "team": "Choose the team",
            "child_ids": "Choose the children to hand over",
            "summary": "Write what the team needs to know first",
        }
        return {field: advice for field, advice in wanted.items() if not draft.get(field).strip()}

    def rows(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """What the team will be offered."""
        children = file_of(seen).children
        return [
            Row("Team", visitor.words.team(draft.get("team")), "team"),
            Row("Children", ", ".join(children.called(one) for one in draft.all("child_ids")), "child_ids"),
            Row("What the team will read first", draft.get("summary").strip(), "summary"),
        ]

    def standing(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """The handovers there are, and what happened."""
        handovers = file_of(seen).case.handovers
        there = [f"{visitor.words.team(one.team)}: {said(one.state, HANDOVER_STATES)}" for one in handovers]
        return [Row("Handovers until now", "\n".join(there) or "None"), *self.news(visitor, seen, draft)]

    async def send(self, visitor: Visitor, ids: Ids, draft: Draft) -> None:
        """Offer."""
        body = {"team": draft.get("team"), "child_ids": draft.all("child_ids"), "summary": draft.get("summary").strip()}
        await self.act(visitor, ids, "handovers", body, draft)
