"""``/referrals/{id}/withdraw``: a referral is taken back by its sender."""

from collections.abc import Sequence
from typing import Any, ClassVar

from triage_ui.acts.act import Ids, Mistakes, Row, Seen
from triage_ui.drafts.model import Draft
from triage_ui.pages.own_referrals.on_own import OnOwnReferral, said_by
from triage_ui.shell.formats import label
from triage_ui.shell.visitor import Visitor


class WithdrawReferral(OnOwnReferral):
    """Taking a referral back. Nothing is removed, and a person still looks."""

    name: ClassVar[str] = "withdraw-referral"
    path: ClassVar[str] = "/referrals/{referral_id}/withdraw"
    title: ClassVar[str] = "Withdraw your referral"
    template: ClassVar[str] = "pages/own_referrals/withdraw.html"
    fields: ClassVar[tuple[str, ...]] = ("reason", "words")
    send_label: ClassVar[str] = "Withdraw the referral"

    def mistakes(self, seen: Seen, draft: Draft) -> Mistakes:
        """Why."""
        return {} if draft.get("reason") else {"reason": "Choose why you withdraw the referral"}

    def rows(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """Why, to be checked."""
        return [
            Row("Why you withdraw it", label(draft.get("reason"), "withdrawal-reason"), "reason"),
            Row("In your own words", draft.get("words").strip(), "words"),
            Row("Said by", visitor.person.name),
        ]

    async def send(self, visitor: Visitor, ids: Ids, draft: Draft) -> None:
        """Withdraw."""
        words = draft.get("words").strip()
        said: dict[str, Any] = {"reason": draft.get("reason"), **said_by(visitor)}
        said |= {"words": words} if words else {}
        await visitor.services.own.withdraw(ids["referral_id"], said, key=str(draft.form_key))
