"""What the sender of a referral is asked, and what is new in a case since somebody looked."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from contracts.codes import CaseNews

FROM_AGENCIES: Final = frozenset({CaseNews.AGENCY_ANSWER, CaseNews.AGENCY_CORRECTION, CaseNews.AGENCY_WITHDRAWAL})
FROM_SENDERS: Final = frozenset(CaseNews) - FROM_AGENCIES - {CaseNews.HANDOVER_RETURNED}


@dataclass(frozen=True)
class Question:
    """One question to the sender. It answers by adding to its referral, where its words are read."""

    question_id: UUID
    case_id: UUID
    agency: str
    asked_by: str
    asked_at: datetime
    due_at: datetime
    question: str = field(repr=False)
    supplement_id: UUID | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True)
class News:
    """One thing that is new. ``version`` is the case's with which it came: decisions with a lower one lack it.

    What a sender says is read in edition ``edition`` of the document, at ``document_url``; what an agency says at
    ``request_id``, in revision ``revision``; why a team returned a handover at ``handover_id``.
    ``child_ids`` are children that the case did not have. ``about`` are those whom it concerns; empty: every child.
    ``answers`` is the question it answers. ``seen_by`` is who of triage's staff opened the case first after it;
    nobody yet while it is None.
    """

    what: CaseNews
    told_at: datetime
    version: int = 0
    about: tuple[UUID, ...] = ()
    edition: int | None = None
    document_url: str | None = None
    child_ids: tuple[UUID, ...] = ()
    immediate_danger: bool = False
    answers: UUID | None = None
    supplement_id: UUID | None = None
    request_id: UUID | None = None
    revision: int | None = None
    handover_id: UUID | None = None
    seen_by: str | None = None
    seen_at: datetime | None = None

    def concerns(self, child_id: UUID) -> bool:
        """Whether it may change what is decided for a child."""
        return not self.about or child_id in self.about
