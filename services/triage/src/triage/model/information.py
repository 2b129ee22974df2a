"""What agencies are asked, and everything that they said to it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.codes import Answer, LawfulBasis, RefusalGround


class RequestState(StrEnum):
    """How far an agency is with a request. Asked is not delivered, delivered not opened, opened not answered."""

    ASKED = "asked"
    DELIVERED = "delivered"
    OPENED = "opened"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class Statement(StrEnum):
    """What an agency does by one statement."""

    ANSWERED = "answered"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Reply:
    """What an agency answers."""

    answer: Answer
    content: str | None = field(default=None, repr=False)
    refusal_ground: RefusalGround | None = None
    refusal_reason: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class AnswerRevision:
    """One statement of an agency to a request, counted from 1. ``reply`` is None when it takes its answer back.

    ``reason`` is why it corrects or withdraws, in its own words.
    """

    revision: int
    statement: Statement
    said_by: str
    said_at: datetime
    reply: Reply | None = None
    reason: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class InformationRequest:
    """One question to one agency, with all that it said, oldest first.

    ``answer`` is None while none stands: because the agency has said nothing yet, which is not "nothing held", or
    because it took its answer back.
    """

    request_id: UUID
    case_id: UUID
    agency: str
    lawful_basis: LawfulBasis
    child_ids: tuple[UUID, ...]
    requested_by: str
    requested_at: datetime
    due_at: datetime
    question: str = field(repr=False)
    revisions: tuple[AnswerRevision, ...] = ()

    @property
    def standing(self) -> AnswerRevision | None:
        """The statement whose answer stands."""
        newest = self.revisions[-1] if self.revisions else None
        return newest if newest is not None and newest.reply is not None else None

    @property
    def answer(self) -> Answer | None:
        """The answer that stands."""
        standing = self.standing
        return standing.reply.answer if standing is not None and standing.reply is not None else None

    @property
    def is_withdrawn(self) -> bool:
        """Whether the agency took its answer back and has not answered again."""
        return bool(self.revisions) and self.standing is None
