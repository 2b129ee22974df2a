"""``/referrals/{id}/questions/{id}/answer``: what the front door team asks about one's own referral."""

from collections.abc import Sequence
from typing import Any, ClassVar

from triage_ui.acts.act import Ids, Mistakes, Row, Seen
from triage_ui.drafts.model import Draft
from triage_ui.pages.own_referrals.on_own import OnOwnReferral, danger_of, danger_row, said_by
from triage_ui.shell.visitor import Visitor


class AnswerQuestion(OnOwnReferral):
    """The answer to a question; it is added to the referral."""

    name: ClassVar[str] = "answer-question"
    path: ClassVar[str] = "/referrals/{referral_id}/questions/{question_id}/answer"
    title: ClassVar[str] = "Answer the front door team's question"
    template: ClassVar[str] = "pages/own_referrals/answer_question.html"
    fields: ClassVar[tuple[str, ...]] = ("immediate_danger", "words")
    send_label: ClassVar[str] = "Send the answer"

    async def look(self, visitor: Visitor, ids: Ids) -> Seen:
        """The question in its words; the look is recorded."""
        asked = await visitor.services.triage.question(ids["question_id"])
        return Seen(asked.reference, "", asked)

    def mistakes(self, seen: Seen, draft: Draft) -> Mistakes:
        """The answer."""
        return {} if draft.get("words").strip() else {"words": "Write your answer"}

    def rows(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """What will be sent."""
        answer = Row("Your answer", draft.get("words").strip(), "words")
        return [*danger_row(draft), answer, Row("Said by", visitor.person.name)]

    async def send(self, visitor: Visitor, ids: Ids, draft: Draft) -> None:
        """Answer."""
        answer: dict[str, Any] = {
            "kind": "answer",
            "question_id": str(ids["question_id"]),
            "words": draft.get("words").strip(),
            **said_by(visitor),
            **danger_of(draft),
        }
        await visitor.services.own.add(ids["referral_id"], answer, key=str(draft.form_key))
