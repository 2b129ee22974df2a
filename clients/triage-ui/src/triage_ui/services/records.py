"""What the client reads of how long referrals are kept, and the commands of records officers: referral-intake."""

from datetime import date, datetime
from uuid import UUID

from pydantic import RootModel

from triage_ui.services.caller import Caller, Read

SERVICE = "referral-intake"
_RUNS = "/v1/disposal-runs"


class RunView(Read):
    """A disposal run."""

    run_id: UUID
    opened_by: str
    opened_at: datetime
    listed_at: datetime | None


class RunPage(Read):
    """Runs, newest first."""

    runs: tuple[RunView, ...]
    next: str | None


class CountedRunView(RunView):
    """A run with how many of its referrals are in each state."""

    referrals: dict[str, int]


class ReviewView(Read):
    """What the last person who reviewed a referral decided."""

    decision: str
    edition: int
    keep_until: datetime | None
    reviewed_by: str
    reviewed_at: datetime


class ItemView(Read):
    """A referral of a run, in codes and dates."""

    referral_id: UUID
    reference: str
    state: str
    record_class: str
    counted_from_kind: str
    kept_through: date | None
    undated: bool
    edition: int
    held: bool
    review: ReviewView | None


class ItemPage(Read):
    """Referrals of a run."""

    referrals: tuple[ItemView, ...]
    next: int | None


class FullItemView(ItemView):
    """The same with every date, and the reason of the last review."""

    counted_from: date | None
    reason: str | None


class HoldOrder(Read):
    """What was ordered, why and by whom."""

    hold_id: UUID
    reason: str
    note: str | None
    placed_by: str
    placed_at: datetime


class HoldView(HoldOrder):
    """A legal hold that stands, and on how many referrals."""

    referrals: int


class ReferralHoldView(HoldOrder):
    """A hold as it concerns one referral; it stands while it is not lifted."""

    lifted_at: datetime | None


class ReferralHolds(RootModel[tuple[ReferralHoldView, ...]]):
    """Every hold that ever stood on a referral."""


class HoldPage(Read):
    """Holds that stand, newest first."""

    holds: tuple[HoldView, ...]
    next: str | None


class PlacedView(Read):
    """What a hold was placed on, and which references of the list it was not."""

    hold_id: UUID
    referral_ids: tuple[UUID, ...]
    not_found: tuple[str, ...]
    destroyed: tuple[str, ...]


class Done(Read):
    """A command took effect. What a page shows next it reads again."""


class Records:
    """Records, as one person asks about them."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def runs(self, *, cursor: str = "") -> RunPage:
        """The disposal runs of one's partnership."""
        query = {"cursor": cursor} if cursor else {}
        return (await self._caller.get(SERVICE, _RUNS, RunPage, query=query)).body

    async def run(self, run_id: UUID) -> CountedRunView:
        """One run, with counts."""
        return (await self._caller.get(SERVICE, f"{_RUNS}/{run_id}", CountedRunView)).body

    async def items(self, run_id: UUID, *, undated: bool, after: str = "") -> ItemPage:
        """The referrals of a run; with ``undated`` those that hang on a birthday nobody knows."""
        query = {"undated": str(undated).lower(), **({"after": after} if after else {})}
        return (await self._caller.get(SERVICE, f"{_RUNS}/{run_id}/referrals", ItemPage, query=query)).body

    async def item(self, run_id: UUID, referral_id: UUID) -> FullItemView:
        """One referral of a run; the look is recorded."""
        return (await self._caller.get(SERVICE, f"{_RUNS}/{run_id}/referrals/{referral_id}", FullItemView)).body

    async def holds(self, *, cursor: str = "") -> HoldPage:
        """The holds that stand."""
        query = {"cursor": cursor} if cursor else {}
        return (await self._caller.get(SERVICE, "/v1/holds", HoldPage, query=query)).body

    async def holds_on(self, referral_id: UUID) -> tuple[ReferralHoldView, ...]:
        """The holds that stand on one referral; the look is recorded."""
        found = (await self._caller.get(SERVICE, f"/v1/referrals/{referral_id}/holds", ReferralHolds)).body.root
        return tuple(hold for hold in found if hold.lifted_at is None)

    async def open_run(self, *, key: str) -> None:
        """Have everything listed whose time is over."""
        await self._caller.post(SERVICE, _RUNS, Done, key=key)

    async def review(self, run_id: UUID, referral_id: UUID, body: object, *, key: str) -> None:
        """Decide about one referral of a run."""
        await self._caller.post(SERVICE, f"{_RUNS}/{run_id}/referrals/{referral_id}/review", Done, body=body, key=key)

    async def approve(self, run_id: UUID, referral_id: UUID, *, key: str) -> None:
        """Approve that one referral is destroyed."""
        body = {"referral_ids": [str(referral_id)]}
        await self._caller.post(SERVICE, f"{_RUNS}/{run_id}/approval", Done, body=body, key=key)

    async def place_hold(self, body: object, *, key: str) -> PlacedView:
        """Hold referrals."""
        return (await self._caller.post(SERVICE, "/v1/holds", PlacedView, body=body, key=key)).body

    async def lift_hold(self, hold_id: UUID, *, key: str) -> None:
        """Lift a hold from all its referrals."""
        await self._caller.post(SERVICE, f"/v1/holds/{hold_id}/release", Done, key=key)

    async def lift_hold_from(self, referral_id: UUID, hold_id: UUID, *, key: str) -> None:
        """Lift a hold from one referral."""
        await self._caller.post(SERVICE, f"/v1/referrals/{referral_id}/holds/{hold_id}/release", Done, key=key)
