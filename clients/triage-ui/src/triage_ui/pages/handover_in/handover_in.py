"""``/handovers/{id}``: what a team is offered, and its answer: accept or return."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, cast
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from policy.working_time import local_date
from triage_ui.acts.act import Act, Ids, Mistakes, NothingToFillIn, Row, Seen
from triage_ui.drafts.model import Draft
from triage_ui.pages.case.children import Caution, Children, immediate_safety, safe_contact, says_danger
from triage_ui.pages.case.document import entries_of
from triage_ui.pages.case.reading import CHILD_PROTECTION, TRIAGE, read_document
from triage_ui.services.intake import ReferralDocument
from triage_ui.services.triage import HandoverView
from triage_ui.shell.formats import HANDOVER_STATES, label, said
from triage_ui.shell.rendering import pages_of
from triage_ui.shell.visitor import SignedIn, Visitor

_DONE: Final = {
    "accept": "Your team has accepted. The children are yours to work with now.",
    "return": "The handover is returned. The children are with the front door team again.",
}


@dataclass(frozen=True)
class Offer:
    """A handover, who the children are, and the referral or why it is not shown."""

    handover: HandoverView
    children: Children
    referral: ReferralDocument | None
    withheld: str

    @property
    def document(self) -> Mapping[str, Any] | None:
        """What was sent."""
        return self.referral.said if self.referral else None

    @property
    def in_danger(self) -> bool:
        """Whether the sender says that a child is in danger now."""
        return says_danger(self.document)

    @property
    def danger(self) -> list[Caution]:
        """What the sender says about immediate safety."""
        return immediate_safety(self.document)

    @property
    def safe_contact(self) -> list[Caution]:
        """Where, whom and how not to contact."""
        return safe_contact(self.referral)


async def read_offer(visitor: Visitor, handover_id: UUID) -> Offer:
    """What this person's team is offered; each look is recorded by its service."""
    purpose = CHILD_PROTECTION if visitor.person.has_role("macpt-member") else TRIAGE
    handover = await visitor.services.triage.handover(handover_id, purpose=purpose)
    referral_id = UUID(handover.document_url.rstrip("/").split("/")[-2])
    referral, withheld = await read_document(visitor, referral_id, purpose=purpose)
    child_ids, document = [child.child_id for child in handover.children], referral.said if referral else None
    return Offer(handover, Children(child_ids, document, today=local_date(visitor.now)), referral, withheld)


class OnHandover(Act):
    """The base of accepting and returning."""

    async def look(self, visitor: Visitor, ids: Ids) -> Seen:
        """The handover; a team knows no version of the case."""
        offer = await read_offer(visitor, ids["handover_id"])
        return Seen(offer.handover.reference, "", offer)

    def standing(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """How far the handover is."""
        return [Row("The handover", said(_offer(seen).handover.state, HANDOVER_STATES))]

    def back(self, ids: Ids) -> str:
        """To the handover."""
        return f"/handovers/{ids['handover_id']}"


class Accept(NothingToFillIn, OnHandover):
    """Taking the children on: only now is the handover complete."""

    name: ClassVar[str] = "accept"
    path: ClassVar[str] = "/handovers/{handover_id}/accept"
    title: ClassVar[str] = "Accept these children"
    template: ClassVar[str] = "pages/handover_in/accept.html"
    send_label: ClassVar[str] = "Accept"

    def rows(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """Who, and what was decided."""
        offer = _offer(seen)
        return [
            Row(offer.children.called(child.child_id), visitor.words.outcome(child.outcome))
            for child in offer.handover.children
        ]

    async def send(self, visitor: Visitor, ids: Ids, draft: Draft) -> None:
        """Accept."""
        await visitor.services.triage.act_on_handover(ids["handover_id"], "acceptance", None, key=str(draft.form_key))


class Return(OnHandover):
    """Giving the children back, with a reason."""

    name: ClassVar[str] = "return"
    path: ClassVar[str] = "/handovers/{handover_id}/return"
    title: ClassVar[str] = "Return this handover"
    template: ClassVar[str] = "pages/handover_in/return.html"
    fields: ClassVar[tuple[str, ...]] = ("reason", "note")
    send_label: ClassVar[str] = "Return the handover"

    def mistakes(self, seen: Seen, draft: Draft) -> Mistakes:
        """Why, and what the front door team should know."""
        wanted = {"reason": "Choose why you return it", "note": "Write what the front door team should know"}
        return {field: advice for field, advice in wanted.items() if not draft.get(field).strip()}

    def rows(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """The reason and the note."""
        reason = label(draft.get("reason"), "handover-return-reason")
        return [
            Row("Why", reason, "reason"),
            Row("What the front door team should know", draft.get("note").strip(), "note"),
        ]

    async def send(self, visitor: Visitor, ids: Ids, draft: Draft) -> None:
        """Return."""
        body = {"reason": draft.get("reason"), "note": draft.get("note").strip()}
        await visitor.services.triage.act_on_handover(ids["handover_id"], "return", body, key=str(draft.form_key))


def _offer(seen: Seen) -> Offer:
    return cast(Offer, seen.view)


ACTS: Final = (Accept(), Return())
router = APIRouter()


@router.get("/handovers/{handover_id}")
async def show_handover(handover_id: UUID, request: Request, visitor: SignedIn, done: str = "") -> Response:
    """What the team is offered: decisions, summary, referral. The look is recorded."""
    offer = await read_offer(visitor, handover_id)
    return pages_of(request).render(
        request,
        "pages/handover_in/handover_in.html",
        visitor=visitor,
        offer=offer,
        entries=entries_of(offer.document) if offer.document is not None else (),
        banner=_DONE.get(done),
    )
