"""The acts of records officers: open a run, review, approve. The rules are the service's."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar, Final, cast

from triage_ui.acts.act import Act, Ids, Mistakes, NothingToFillIn, Row, Seen
from triage_ui.drafts.model import Draft
from triage_ui.pages.records.wording import state
from triage_ui.services.records import FullItemView
from triage_ui.shell.formats import day, label, moment
from triage_ui.shell.visitor import Visitor

DESTROY: Final = "destroy"
_LAST_DAY: Final = ("keep_until-day", "keep_until-month", "keep_until-year")


class OpenRun(NothingToFillIn, Act):
    """Having everything listed whose time is over."""

    name: ClassVar[str] = "open-run"
    path: ClassVar[str] = "/records/open-run"
    title: ClassVar[str] = "Open a disposal run"
    template: ClassVar[str] = "pages/records/open_run.html"
    send_label: ClassVar[str] = "Open the run"

    async def look(self, visitor: Visitor, ids: Ids) -> Seen:
        """The runs there are: what the newest one lists would be listed again."""
        return Seen("", "", await visitor.services.records.runs())

    def rows(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """What it is about."""
        return [Row("What will be listed", "Every referral of your partnership whose time to be kept is over")]

    def standing(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """Nothing can stand against it."""
        return []

    async def send(self, visitor: Visitor, ids: Ids, draft: Draft) -> None:
        """Open it."""
        await visitor.services.records.open_run(key=str(draft.form_key))

    def back(self, ids: Ids) -> str:
        """To the runs."""
        return "/records"


class OnItem(Act):
    """The base of what is decided about one referral of a run."""

    async def look(self, visitor: Visitor, ids: Ids) -> Seen:
        """The referral in the run; its newest edition is the version that a decision is about."""
        item = await visitor.services.records.item(ids["run_id"], ids["referral_id"])
        return Seen(item.reference, f'"{item.edition}"', item)

    def standing(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """How the referral stands in the run."""
        item = item_of(seen)
        return [Row("In the run", state(item.state)), Row("Newest edition", str(item.edition))]

    def back(self, ids: Ids) -> str:
        """To the referral in the run."""
        return f"/records/runs/{ids['run_id']}/referrals/{ids['referral_id']}"


class Review(OnItem):
    """Deciding that a referral is destroyed or kept, having read it."""

    name: ClassVar[str] = "review-record"
    path: ClassVar[str] = "/records/runs/{run_id}/referrals/{referral_id}/review"
    title: ClassVar[str] = "Review this record"
    template: ClassVar[str] = "pages/records/review.html"
    fields: ClassVar[tuple[str, ...]] = ("decision", *_LAST_DAY, "reason")
    send_label: ClassVar[str] = "Record the review"

    def mistakes(self, seen: Seen, draft: Draft) -> Mistakes:
        """A decision; to keep it, also until when and why."""
        if not draft.get("decision"):
            return {"decision": "Choose what happens to the record"}
        if draft.get("decision") == DESTROY:
            return {}
        advice = {_LAST_DAY[0]: "Enter the last day on which it is kept, such as 31 12 2035"}
        mistakes = {} if _last_day(draft) else advice
        return mistakes if draft.get("reason").strip() else {**mistakes, "reason": "Write why it is kept"}

    def rows(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """The decision, on the edition that was read."""
        decision = Row("Decision", label(draft.get("decision"), "disposal-decision"), "decision")
        edition = Row("Edition you looked at", draft.seen_version.strip('"'))
        if draft.get("decision") == DESTROY:
            return [decision, edition, *self._reason(draft)]
        return [decision, Row("Kept until", day(_last_day(draft)), _LAST_DAY[0]), edition, *self._reason(draft)]

    async def send(self, visitor: Visitor, ids: Ids, draft: Draft) -> None:
        """Record the review."""
        kept_until = None if draft.get("decision") == DESTROY else _last_day(draft)
        body = {
            "decision": draft.get("decision"),
            "edition": int(draft.seen_version.strip('"') or 0),
            "keep_until": kept_until.isoformat() if kept_until else None,
            "reason": draft.get("reason").strip() or None,
        }
        await visitor.services.records.review(ids["run_id"], ids["referral_id"], body, key=str(draft.form_key))

    def _reason(self, draft: Draft) -> list[Row]:
        reason = draft.get("reason").strip()
        return [Row("Why", reason, "reason")] if reason else []


class Approve(NothingToFillIn, OnItem):
    """Letting a referral be destroyed that somebody else reviewed."""

    name: ClassVar[str] = "approve-destruction"
    path: ClassVar[str] = "/records/runs/{run_id}/referrals/{referral_id}/approve"
    title: ClassVar[str] = "Approve that this record is destroyed"
    template: ClassVar[str] = "pages/records/approve.html"
    send_label: ClassVar[str] = "Approve the destruction"

    def rows(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """What was reviewed."""
        item = item_of(seen)
        reviewed = moment(item.review.reviewed_at) if item.review else "Nobody has reviewed it"
        return [Row("Record", item.reference), Row("Reviewed", reviewed), Row("Edition", str(item.edition))]

    def pause(self, seen: Seen, draft: Draft) -> str:
        """Always: what is destroyed does not come back."""
        return (
            "You are about to let this record be destroyed. What it says about the children and their family will be "
            "gone for good, for everybody. Two people stand behind this, and you are the second."
        )

    async def send(self, visitor: Visitor, ids: Ids, draft: Draft) -> None:
        """Approve it."""
        await visitor.services.records.approve(ids["run_id"], ids["referral_id"], key=str(draft.form_key))


def item_of(seen: Seen) -> FullItemView:
    """What ``OnItem.look`` read."""
    return cast(FullItemView, seen.view)


def _last_day(draft: Draft) -> date | None:
    """The day that was written in its three parts; None where they are no day."""
    number, month, year = (draft.get(part).strip() for part in _LAST_DAY)
    try:
        return date(int(year), int(month), int(number))
    except ValueError:
        return None


ACTS: Final[tuple[Act, ...]] = (OpenRun(), Review(), Approve())
