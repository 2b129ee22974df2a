"""The facts of escalation: how far a notice has climbed, and what its next step is."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from agency_notify.model import Notice
from contracts.codes import EscalationReason, Rating
from contracts.events import NoticeEscalated


class Ended(StrEnum):
    """Why nobody else is notified any more."""

    OPENED = "opened"
    ACKNOWLEDGED = "acknowledged"
    DONE = "done"
    SUPERSEDED = "superseded"
    WITHHELD = "withheld"


@dataclass(frozen=True)
class Stage:
    """A place on the ladder and the role that stands there; number 0 is a role beside the ladder."""

    number: int
    role: str


@dataclass(frozen=True)
class Reached:
    """The stage that was notified last, ``repeated`` times again, by which escalation notice; ``next_at`` is when the
    next stage is notified.
    """

    stage: Stage
    repeated: int
    escalation_notice_id: UUID
    next_at: datetime


@dataclass(frozen=True)
class Due:
    """A notice whose next stage is due: why it climbs, what it ``reached`` before, and how urgent its case is."""

    notice: Notice
    reason: EscalationReason
    reached: Reached | None
    rating: Rating | None


@dataclass(frozen=True)
class Climb:
    """One step up: what is reached then, the escalation notice to queue, and the event of the notice that climbs.

    ``caused_by`` is the notice that nobody reacted to: each leads to one escalation notice and no more.
    """

    reached: Reached
    notice: Notice
    event: NoticeEscalated
    caused_by: UUID
