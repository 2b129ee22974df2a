"""How long referrals are kept, who looks when that time is over, and what became of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from contracts.codes import DisposalDecision, HoldReason, Outcome, Purpose

RECORDS_OFFICER: Final = "records-officer"

MAY_HOLD: Final = frozenset({RECORDS_OFFICER})
"""Who may hold referrals, see the holds on one, and lift them."""

APPROVERS: Final = frozenset({RECORDS_OFFICER, "mash-manager", "caldicott-guardian"})
"""Who may approve that something is destroyed, unless they reviewed it themselves."""

CERTIFICATE_PURPOSES: Final[Mapping[str, Purpose]] = MappingProxyType(
    {RECORDS_OFFICER: Purpose.RECORDS, "auditor": Purpose.AUDIT, "caldicott-guardian": Purpose.AUDIT}
)
"""Which staff may read the certificate of a disposal, and what for."""

TO_REVIEW: Final = "to-review"
TO_APPROVE: Final = "to-approve"
APPROVED: Final = "approved"

LISTED_EACH_ROUND: Final = 200
"""How many referrals are looked at in one transaction while a run's list is made."""


@dataclass(frozen=True)
class Kept:
    """What is known of a referral that decides how long it is kept.

    ``last_activity`` is the latest of everything that was received or that triage did; ``outcomes`` are those of every
    decision for its children, None for a child that has none: what a child once needed is not unsaid by a later
    decision. Only a mistake does not count, unless a team had accepted the child by it. ``keep_until`` is a
    reviewer's decision to keep it for longer.
    """

    referral_id: UUID
    reference: str
    partnership: str
    edition: int
    last_activity: datetime
    closed_at: datetime | None
    keep_until: datetime | None
    disposed_at: datetime | None
    outcomes: tuple[Outcome | None, ...]
    held: bool


@dataclass(frozen=True)
class Finding:
    """What the pack says about one referral now.

    ``due``: its time is over. ``undated``: it hangs on a birthday that is not known, and enough years have passed for
    a person to look. ``counted_from`` and ``kept_through`` are None while they are not known, or are not to be told.
    """

    record_class: str
    counted_from_kind: str
    counted_from: date | None
    kept_through: date | None
    due: bool
    undated: bool
    policy_version: str

    @property
    def comes_up(self) -> bool:
        """Whether a person has to look at it."""
        return self.due or self.undated


@dataclass(frozen=True)
class DisposalRun:
    """A review of what has been kept for its time; ``listed_at`` is when its list was complete."""

    run_id: UUID
    partnership: str
    opened_by: str
    opened_at: datetime
    listed_at: datetime | None
    listed_to: tuple[datetime, UUID] | None = None


class Settled(StrEnum):
    """What became of a referral of a run. All but the first two mean that it was left as it is."""

    DESTROYED = "destroyed"
    KEPT = "kept"
    HELD = "held"
    CHANGED = "changed"
    NOT_DUE = "not-due"
    ALTERED = "altered"
    REFUSED = "refused"


@dataclass(frozen=True)
class DisposalReview:
    """What a person decided about a referral of a run, having looked at ``edition``."""

    decision: DisposalDecision
    edition: int
    keep_until: datetime | None
    reason: str | None = field(repr=False)
    reviewed_by: str
    reviewed_at: datetime


@dataclass(frozen=True)
class StandingReview:
    """The last review of an item, and everybody who ever reviewed it."""

    review_id: int
    review: DisposalReview
    reviewers: frozenset[str]


@dataclass(frozen=True)
class DisposalItem:
    """One referral of a run, as it was listed and as it stands."""

    run_id: UUID
    referral_id: UUID
    finding: Finding
    place: int
    approved_review: int | None
    approved_by: str | None
    settled_as: Settled | None
    standing: StandingReview | None

    @property
    def state(self) -> str:
        """How far it has come, or what became of it."""
        if self.settled_as is not None:
            return self.settled_as.value
        if self.approved_by is not None:
            return APPROVED
        return TO_REVIEW if self.standing is None else TO_APPROVE


@dataclass(frozen=True)
class ListedItem:
    """An item with what a reviewer must know of its referral now."""

    item: DisposalItem
    reference: str
    edition: int
    held: bool


@dataclass(frozen=True)
class Seal:
    """One edition's commitment: as it was published, and as its stored bytes give it now (None: they are not there)."""

    edition: int
    published: str | None
    stored: str | None


@dataclass(frozen=True)
class HoldOrder:
    """A legal hold that is to be placed."""

    hold_id: UUID
    partnership: str
    reason: HoldReason
    note: str | None = field(repr=False)
    placed_by: str
    placed_at: datetime


@dataclass(frozen=True)
class HoldPlaced:
    """On which referrals a hold stands now; the others by their places among those named: not found, or destroyed."""

    referral_ids: tuple[UUID, ...]
    absent: tuple[int, ...]
    destroyed: tuple[int, ...]


@dataclass(frozen=True)
class Hold:
    """A legal hold, and on how many referrals it stands."""

    order: HoldOrder
    referrals: int


@dataclass(frozen=True)
class HoldOnReferral:
    """A legal hold as it concerns one referral; it stands until ``lifted_at``."""

    order: HoldOrder
    lifted_by: str | None
    lifted_at: datetime | None


@dataclass(frozen=True)
class Certificate:
    """That a referral's documents were destroyed, as the event says it, and where the event is in the log."""

    event_id: UUID
    run_id: UUID
    record_class: str
    commitments: tuple[str, ...]
    reviewed_by: str
    approved_by: str
    disposed_at: datetime
    policy_version: str
