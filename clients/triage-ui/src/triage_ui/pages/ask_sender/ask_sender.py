"""``/cases/{id}/ask-sender``: a question to the sender of the referral."""

from collections.abc import Sequence
from typing import ClassVar

from triage_ui.acts.act import Ids, Mistakes, Row, Seen
from triage_ui.drafts.model import Draft
from triage_ui.pages.case.acting import OnCase, file_of
from triage_ui.shell.visitor import Visitor


class AskSender(OnCase):
    """A question to the sender."""

    name: ClassVar[str] = "ask-sender"
    path: ClassVar[str] = "/cases/{case_id}/ask-sender"
    title: ClassVar[str] = "Ask the sender of the referral"
    template: ClassVar[str] = "pages/ask_sender/ask_sender.html"
    fields: ClassVar[tuple[str, ...]] = ("question",)
    send_label: ClassVar[str] = "Ask the sender"

    def mistakes(self, seen: Seen, draft: Draft) -> Mistakes:
        """The question."""
        return {} if draft.get("question").strip() else {"question": "Write what you want to know"}

    def rows(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """Who is asked, and what."""
        sender = visitor.words.agency(file_of(seen).case.agency)
        return [Row("Sender", sender), Row("What the sender will read", draft.get("question").strip(), "question")]

    def standing(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """What happened meanwhile."""
        return self.news(visitor, seen, draft)

    async def send(self, visitor: Visitor, ids: Ids, draft: Draft) -> None:
        """Ask."""
        await self.act(visitor, ids, "questions", {"question": draft.get("question").strip()}, draft)
