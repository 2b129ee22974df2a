"""What the acts of an agency on its own referral have in common."""

from collections.abc import Sequence
from typing import Any

from triage_ui.acts.act import Act, Ids, Row, Seen
from triage_ui.drafts.model import Draft
from triage_ui.shell.visitor import Visitor


class OnOwnReferral(Act):
    """The base of adding, answering and withdrawing. The person who signed in says it, by name."""

    async def look(self, visitor: Visitor, ids: Ids) -> Seen:
        """How far the referral has come; the look is recorded. What was said of it before is never overwritten."""
        status = await visitor.services.own.status(ids["referral_id"])
        return Seen(status.reference, "", status)

    def standing(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """No act here depends on what was seen."""
        return ()

    def back(self, ids: Ids) -> str:
        """To the referral."""
        return f"/referrals/{ids['referral_id']}"


def said_by(visitor: Visitor) -> dict[str, Any]:
    """Who says it; for which agency, the token says."""
    return {"referrer": {"name": visitor.person.name}}


def danger_of(draft: Draft) -> dict[str, bool]:
    """What was said about danger now; nothing when nothing was chosen."""
    chosen = {"yes": True, "no": False}.get(draft.get("immediate_danger"))
    return {} if chosen is None else {"immediate_danger": chosen}


def danger_row(draft: Draft) -> list[Row]:
    """The same, to be checked."""
    words = {"yes": "Yes. Call 999 first", "no": "No"}.get(draft.get("immediate_danger"), "Not answered")
    return [Row("Is a child in danger now?", words, "immediate_danger")]
