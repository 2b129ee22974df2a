"""Placing a hold and lifting it, from all its referrals or from one."""

from collections.abc import Sequence
from typing import ClassVar, Final, cast
from uuid import UUID

from starlette.exceptions import HTTPException

from chassis.ids import find_reference
from triage_ui.acts.act import Act, Ids, Mistakes, NothingToFillIn, Row, Seen
from triage_ui.drafts.model import Draft
from triage_ui.pages.records.wording import lines_of
from triage_ui.services.records import HoldOrder, HoldView
from triage_ui.shell.formats import count, label, moment
from triage_ui.shell.visitor import Visitor


class PlaceHold(Act):
    """Ordering that nothing of some referrals is destroyed."""

    name: ClassVar[str] = "place-hold"
    path: ClassVar[str] = "/records/hold"
    title: ClassVar[str] = "Hold referrals"
    template: ClassVar[str] = "pages/records/hold.html"
    fields: ClassVar[tuple[str, ...]] = ("reason", "note", "references")
    send_label: ClassVar[str] = "Place the hold"

    async def look(self, visitor: Visitor, ids: Ids) -> Seen:
        """The holds that stand."""
        return Seen("", "", await visitor.services.records.holds())

    def mistakes(self, seen: Seen, draft: Draft) -> Mistakes:
        """A reason, and references that were not misread."""
        mistakes = {} if draft.get("reason") else {"reason": "Choose why they are held"}
        named = references_in(draft)
        misread = [str(place) for place, one in enumerate(named, 1) if find_reference(one) is None]
        if not named:
            return {**mistakes, "references": "Enter the reference of each referral, one on each line"}
        if misread:
            lines = f"{'line' if len(misread) == 1 else 'lines'} {', '.join(misread)}"
            advice = f"Check {lines}: a reference looks like WAN-7K3M-Q9TR, and one wrong letter is noticed"
            return {**mistakes, "references": advice}
        return mistakes

    def rows(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """Why, on whose order, and on what."""
        note = draft.get("note").strip()
        return [
            Row("Why", label(draft.get("reason"), "hold-reason"), "reason"),
            *([Row("On whose order", note, "note")] if note else []),
            Row("Referrals", "\n".join(references_in(draft)), "references"),
        ]

    def standing(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """Nothing can stand against it."""
        return []

    async def send(self, visitor: Visitor, ids: Ids, draft: Draft) -> str:
        """Place it; what could not be held is said by its line in the list."""
        body = {
            "reason": draft.get("reason"),
            "note": draft.get("note").strip() or None,
            "references": references_in(draft),
        }
        placed = await visitor.services.records.place_hold(body, key=str(draft.form_key))
        said = f"&held={len(placed.referral_ids)}"
        said += f"&not_found={lines_of(placed.not_found)}" if placed.not_found else ""
        return said + (f"&destroyed={lines_of(placed.destroyed)}" if placed.destroyed else "")

    def back(self, ids: Ids) -> str:
        """To the holds."""
        return "/records/holds"


class Lifting(NothingToFillIn, Act):
    """The base of lifting a hold."""

    def rows(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """Which hold."""
        order = cast(HoldOrder, seen.view)
        note = [Row("On whose order", order.note)] if order.note else []
        return [
            Row("Why it was placed", label(order.reason, "hold-reason")),
            *note,
            Row("Placed", moment(order.placed_at)),
            *self.reach(seen),
        ]

    def reach(self, seen: Seen) -> Sequence[Row]:
        """On what it is lifted."""
        return []

    def standing(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """Nothing but the hold itself."""
        return []


class LiftHold(Lifting):
    """Lifting a hold from all its referrals."""

    name: ClassVar[str] = "lift-hold"
    path: ClassVar[str] = "/records/holds/{hold_id}/lift"
    title: ClassVar[str] = "Lift this hold"
    template: ClassVar[str] = "pages/records/lift.html"
    send_label: ClassVar[str] = "Lift the hold"

    async def look(self, visitor: Visitor, ids: Ids) -> Seen:
        """The hold. One that does not stand leads nowhere."""
        return Seen("", "", await _standing(visitor, ids["hold_id"]))

    def reach(self, seen: Seen) -> Sequence[Row]:
        """All its referrals."""
        return [Row("Stands on", count(cast(HoldView, seen.view).referrals, "referral"))]

    async def send(self, visitor: Visitor, ids: Ids, draft: Draft) -> None:
        """Lift it."""
        await visitor.services.records.lift_hold(ids["hold_id"], key=str(draft.form_key))

    def back(self, ids: Ids) -> str:
        """To the holds."""
        return "/records/holds"


class LiftHoldHere(Lifting):
    """Lifting a hold from one referral; it goes on standing on its others."""

    name: ClassVar[str] = "lift-hold-here"
    path: ClassVar[str] = "/records/runs/{run_id}/referrals/{referral_id}/lift/{hold_id}"
    title: ClassVar[str] = "Lift a hold from this referral"
    template: ClassVar[str] = "pages/records/lift.html"
    send_label: ClassVar[str] = "Lift the hold"

    async def look(self, visitor: Visitor, ids: Ids) -> Seen:
        """The hold on the referral; the look is recorded."""
        item = await visitor.services.records.item(ids["run_id"], ids["referral_id"])
        for hold in await visitor.services.records.holds_on(ids["referral_id"]):
            if hold.hold_id == ids["hold_id"]:
                return Seen(item.reference, "", hold)
        raise HTTPException(404)

    async def send(self, visitor: Visitor, ids: Ids, draft: Draft) -> None:
        """Lift it from this one."""
        await visitor.services.records.lift_hold_from(ids["referral_id"], ids["hold_id"], key=str(draft.form_key))

    def back(self, ids: Ids) -> str:
        """To the referral in the run."""
        return f"/records/runs/{ids['run_id']}/referrals/{ids['referral_id']}"


def references_in(draft: Draft) -> list[str]:
    """One for each line that has one."""
    return [line.strip() for line in draft.get("references").splitlines() if line.strip()]


async def _standing(visitor: Visitor, hold_id: UUID) -> HoldView:
    cursor: str | None = ""
    while cursor is not None:
        page = await visitor.services.records.holds(cursor=cursor)
        for hold in page.holds:
            if hold.hold_id == hold_id:
                return hold
        cursor = page.next
    raise HTTPException(404)


ACTS: Final[tuple[Act, ...]] = (PlaceHold(), LiftHold(), LiftHoldHere())
