"""``/requests/{id}/answer``, ``…/correct`` and ``…/withdraw``: what an agency says to what it was asked."""

from collections.abc import Sequence
from typing import ClassVar, Final

from triage_ui.acts.act import Ids, Mistakes, Row, Seen
from triage_ui.drafts.model import Draft
from triage_ui.pages.answer.on_request import OnRequest, missing, reply, reply_rows, revision_of
from triage_ui.shell.visitor import Visitor

_REPLY: Final = ("answer", "content", "refusal_ground", "refusal_reason")


class Answer(OnRequest):
    """The first answer, or one after a withdrawal."""

    name: ClassVar[str] = "answer"
    path: ClassVar[str] = "/requests/{request_id}/answer"
    title: ClassVar[str] = "Answer the front door team"
    template: ClassVar[str] = "pages/answer/answer.html"
    fields: ClassVar[tuple[str, ...]] = _REPLY
    send_label: ClassVar[str] = "Send the answer"

    def mistakes(self, seen: Seen, draft: Draft) -> Mistakes:
        """What an answer of its kind lacks."""
        return missing(draft)

    def rows(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """The answer."""
        return reply_rows(draft)

    async def send(self, visitor: Visitor, ids: Ids, draft: Draft) -> None:
        """Answer."""
        await visitor.services.triage.act_on_request(ids["request_id"], "answer", reply(draft), key=str(draft.form_key))


class Correct(OnRequest):
    """The whole answer as it should have been."""

    name: ClassVar[str] = "correct"
    path: ClassVar[str] = "/requests/{request_id}/correct"
    title: ClassVar[str] = "Correct your answer"
    template: ClassVar[str] = "pages/answer/answer.html"
    fields: ClassVar[tuple[str, ...]] = (*_REPLY, "reason")
    send_label: ClassVar[str] = "Send the correction"

    def mistakes(self, seen: Seen, draft: Draft) -> Mistakes:
        """What the answer lacks, and why it changes."""
        why = {} if draft.get("reason").strip() else {"reason": "Write why the answer changes"}
        return {**missing(draft), **why}

    def rows(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """The answer and the reason."""
        return [*reply_rows(draft), Row("Why it changes", draft.get("reason").strip(), "reason")]

    async def send(self, visitor: Visitor, ids: Ids, draft: Draft) -> None:
        """Correct."""
        body = {**reply(draft), "revision": revision_of(draft), "reason": draft.get("reason").strip()}
        await visitor.services.triage.act_on_request(ids["request_id"], "correction", body, key=str(draft.form_key))


class Withdraw(OnRequest):
    """Taking an answer back, for instance because it is about somebody else."""

    name: ClassVar[str] = "withdraw"
    path: ClassVar[str] = "/requests/{request_id}/withdraw"
    title: ClassVar[str] = "Withdraw your answer"
    template: ClassVar[str] = "pages/answer/withdraw.html"
    fields: ClassVar[tuple[str, ...]] = ("reason",)
    send_label: ClassVar[str] = "Withdraw the answer"

    def mistakes(self, seen: Seen, draft: Draft) -> Mistakes:
        """Why."""
        return {} if draft.get("reason").strip() else {"reason": "Write why you withdraw the answer"}

    def rows(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """The reason."""
        return [Row("Why you withdraw it", draft.get("reason").strip(), "reason")]

    async def send(self, visitor: Visitor, ids: Ids, draft: Draft) -> None:
        """Withdraw."""
        body = {"revision": revision_of(draft), "reason": draft.get("reason").strip()}
        await visitor.services.triage.act_on_request(ids["request_id"], "withdrawal", body, key=str(draft.form_key))


ACTS: Final = (Answer(), Correct(), Withdraw())
