"""``/cases/{id}/ask``: asking one agency what it knows, and on what ground."""

from collections.abc import Sequence
from typing import ClassVar

from triage_ui.acts.act import Ids, Mistakes, Row, Seen
from triage_ui.drafts.model import Draft
from triage_ui.pages.case.acting import OnCase, file_of
from triage_ui.shell.formats import label
from triage_ui.shell.visitor import Visitor


class Ask(OnCase):
    """An information request to one agency."""

    name: ClassVar[str] = "ask"
    path: ClassVar[str] = "/cases/{case_id}/ask"
    title: ClassVar[str] = "Ask an agency what it knows"
    template: ClassVar[str] = "pages/ask/ask.html"
    fields: ClassVar[tuple[str, ...]] = ("agency", "lawful_basis", "question", "child_ids")
    send_label: ClassVar[str] = "Ask this agency"

    def mistakes(self, seen: Seen, draft: Draft) -> Mistakes:
        """All of it; the children too, because an agency answers only about those it is asked about."""
        wanted = {
            "agency": "Choose the agency to ask",
            "lawful_basis": "Choose the law that lets you ask",
            "child_ids": "Choose the children you ask about",
            "question": "Write what you want to know",
        }
        return {field: advice for field, advice in wanted.items() if not draft.get(field).strip()}

    def rows(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """Exactly what the agency will read, and who it is."""
        children = file_of(seen).children
        return [
            Row("Agency", visitor.words.agency(draft.get("agency")), "agency"),
            Row("Law that lets you ask", label(draft.get("lawful_basis"), "lawful-basis"), "lawful_basis"),
            Row("About", ", ".join(children.called(one) for one in draft.all("child_ids")), "child_ids"),
            Row("What the agency will read", draft.get("question").strip(), "question"),
        ]

    def standing(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """Who was asked already, and what else happened."""
        asked = [visitor.words.agency(one.agency) for one in file_of(seen).case.requests]
        return [Row("Asked until now", ", ".join(asked) or "Nobody"), *self.news(visitor, seen, draft)]

    async def send(self, visitor: Visitor, ids: Ids, draft: Draft) -> None:
        """Ask."""
        body = {
            "agency": draft.get("agency"),
            "lawful_basis": draft.get("lawful_basis"),
            "question": draft.get("question").strip(),
            "child_ids": draft.all("child_ids"),
        }
        await self.act(visitor, ids, "information-requests", body, draft)
