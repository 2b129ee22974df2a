"""What the sender of a referral is asked, and what it tells after it has sent it."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from contracts.codes import CaseNews


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
    """One thing the sender told later; its words are in edition ``edition`` of the document, at ``document_url``.

    ``child_ids`` are children that the case did not have. ``answers`` is the question it answers. ``seen_by`` is who
    of triage's staff opened the case first after it; nobody yet while it is None.
    """

    what: CaseNews
    edition: int
    told_at: datetime
    document_url: str
    child_ids: tuple[UUID, ...] = ()
    immediate_danger: bool = False
    answers: UUID | None = None
    supplement_id: UUID | None = None
    seen_by: str | None = None
    seen_at: datetime | None = None
