"""What the sender of a referral is shown of it: plain words and times, and nothing that describes a person."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.codes import SupplementKind, WithdrawalReason
from referral_intake import decide
from referral_intake.model import (
    NOTHING_TO_SAY,
    STATUS_TEXTS,
    WITHDRAWN_TEXT,
    Followed,
    FollowedChild,
    Milestone,
    Question,
    Referral,
    Round,
    Status,
    Step,
)
from referral_intake.supplement_receipt import EXAMPLE_ID, EXAMPLE_LINKS, ReferralLinks, links_of
from referral_intake.telling import MissingInformation

Say = Callable[[str], str | None]
"""The sentence under a feedback key of the pack."""

_EXAMPLE: Final[dict[str, Any]] = {
    "referral_id": str(EXAMPLE_ID),
    "reference": "WAN-7K3M-Q9TR",
    "status": "needs-answer",
    "status_text": STATUS_TEXTS[Status.NEEDS_ANSWER],
    "received_at": "2026-11-23T09:30:00Z",
    "decision_expected_by": "2026-11-24T17:00:00Z",
    "late": False,
    "looked_at": "2026-11-23T09:41:00Z",
    "decided_at": None,
    "closed_at": None,
    "edition": 1,
    "open_questions": 1,
    "withdrawn_at": None,
    "previous_referral_id": None,
    "content_destroyed_at": None,
    "links": EXAMPLE_LINKS,
    "children": [
        {"child_id": "5f0c6d0e-9d64-4f0e-8a55-1d1f3f0b7c12", "number": 1, "decided_at": None, "feedback": None}
    ],
    "missing_information": [{"item": "nhs-number", "label": "NHS number", "pointers": ["/children/0/nhs_number"]}],
    "questions": [
        {
            "question_id": "7d1c9a52-3b1e-4c55-9a54-000000000041",
            "asked_at": "2026-11-23T10:15:00Z",
            "due_at": "2026-11-24T10:15:00Z",
            "answered_at": None,
            "late": False,
            "links": {
                "question": "https://triage.example.org/v1/questions/7d1c9a52-3b1e-4c55-9a54-000000000041",
                "answer": EXAMPLE_LINKS["supplements"],
            },
        }
    ],
    "supplements": [],
    "withdrawal": None,
    "clocks": [
        {
            "started_at": "2026-11-23T09:30:00Z",
            "decision_expected_by": "2026-11-24T17:00:00Z",
            "settled_at": None,
            "late": False,
        }
    ],
    "steps": [{"step": "opened", "at": "2026-11-23T09:41:00Z"}],
}


class Summary(BaseModel):
    """How far a referral has come. Times are empty until the step is reached, and again when it is reopened."""

    referral_id: UUID
    reference: str
    status: Status
    status_text: str = Field(description="The status in plain words.")
    received_at: datetime
    decision_expected_by: datetime = Field(description="The promise that runs now.")
    late: bool = Field(description="Whether the decision came, or still comes, later than that.")
    looked_at: datetime | None
    decided_at: datetime | None = Field(description="When the last child was decided.")
    closed_at: datetime | None
    edition: int = Field(description="The number of the document that stands: 1, and one more for each change.")
    open_questions: int = Field(description="How many questions wait for your answer.")
    withdrawn_at: datetime | None = Field(description="When you took it back; it is looked at all the same.")
    previous_referral_id: UUID | None = Field(
        description="An earlier referral of yours about one of these children: this one is likely a repeat of it."
    )
    content_destroyed_at: datetime | None = Field(
        description="When what you sent was destroyed, because its time to be kept was over. This much is left of it."
    )
    links: ReferralLinks

    @classmethod
    def of(cls, referral: Referral, *, now: datetime) -> Self:
        """The summary of a referral that the reader may follow."""
        return cls(**_summary(referral, now))


SUMMARY_EXAMPLE: Final = {name: _EXAMPLE[name] for name in Summary.model_fields}


class ChildView(BaseModel):
    """One child of the referral, by the place it has there."""

    child_id: UUID
    number: int = Field(description="1 is the first child that you named.")
    decided_at: datetime | None
    feedback: str | None = Field(description="What we can tell you about the decision; empty until there is one.")


class QuestionLinks(BaseModel):
    """Where a question is read and answered."""

    question: str = Field(description="Where to read the question, with your own access token.")
    answer: str = Field(description="Where to send a supplement of the kind `answer`.")


class QuestionView(BaseModel):
    """Something the front door team asked you."""

    question_id: UUID
    asked_at: datetime
    due_at: datetime
    answered_at: datetime | None
    late: bool = Field(description="Whether the answer came, or still comes, later than it is needed.")
    links: QuestionLinks


class SupplementView(BaseModel):
    """Something you added."""

    supplement_id: UUID
    edition: int
    kind: SupplementKind
    received_at: datetime
    question_id: UUID | None


class WithdrawalView(BaseModel):
    """You took the referral back. Nothing was removed."""

    edition: int
    reason: WithdrawalReason
    withdrawn_at: datetime
    text: str = WITHDRAWN_TEXT


class ClockView(BaseModel):
    """One promise of a decision, and whether it was kept. A new one begins when a referral is opened again."""

    started_at: datetime
    decision_expected_by: datetime
    settled_at: datetime | None
    late: bool


class StepView(BaseModel):
    """One step, each time it was reached."""

    step: Step
    at: datetime


class StatusView(Summary):
    """Everything that you may know of your own referral."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    children: tuple[ChildView, ...]
    missing_information: tuple[MissingInformation, ...] = Field(description="What the referral still does not say.")
    questions: tuple[QuestionView, ...]
    supplements: tuple[SupplementView, ...]
    withdrawal: WithdrawalView | None
    clocks: tuple[ClockView, ...] = Field(description="Every promise; the last one is the one that runs.")
    steps: tuple[StepView, ...] = Field(description="What the front door team did, oldest first.")

    @classmethod
    def of_all(cls, followed: Followed, say: Say, *, now: datetime) -> Self:
        """The whole view, with the sentences that are safe to say."""
        referral = followed.referral
        first = referral.first_expected_by or referral.decision_expected_by
        promises = decide.rounds(referral.received_at, first, followed.milestones)
        return cls(
            **_summary(referral, now),
            children=tuple(_child(child, say) for child in followed.children),
            missing_information=MissingInformation.of_all(followed.missing),
            questions=tuple(_question(question, referral, now) for question in followed.questions),
            supplements=tuple(SupplementView(**vars(supplement)) for supplement in followed.supplements),
            withdrawal=WithdrawalView(**vars(followed.withdrawal)) if followed.withdrawal else None,
            clocks=tuple(_clock(promise, now) for promise in promises),
            steps=tuple(map(_step, followed.milestones)),
        )


def _summary(referral: Referral, now: datetime) -> dict[str, Any]:
    milestones, expected_by = referral.milestones, referral.decision_expected_by
    status = decide.status(milestones, open_questions=referral.open_questions)
    return {
        "referral_id": referral.referral_id,
        "reference": referral.reference,
        "status": status,
        "status_text": STATUS_TEXTS[status],
        "received_at": referral.received_at,
        "decision_expected_by": expected_by,
        "late": decide.is_late(expected_by, decide.settled_at(milestones), now=now),
        **vars(milestones),
        "edition": referral.edition,
        "open_questions": referral.open_questions,
        "withdrawn_at": referral.withdrawn_at,
        "previous_referral_id": referral.previous_referral_id,
        "content_destroyed_at": referral.disposed_at,
        "links": links_of(referral.referral_id),
    }


def _child(child: FollowedChild, say: Say) -> ChildView:
    feedback = _feedback(child, say) if child.decided_at is not None else None
    return ChildView(child_id=child.child_id, number=child.number, decided_at=child.decided_at, feedback=feedback)


def _feedback(child: FollowedChild, say: Say) -> str:
    """The pack's safe sentence, and where there is none a sentence that says nothing: never the outcome.

    Decided under a version that is not kept any more: nothing else is known to be safe.
    """
    safe = say(child.feedback) if child.feedback is not None else None
    return safe or NOTHING_TO_SAY


def _question(question: Question, referral: Referral, now: datetime) -> QuestionView:
    return QuestionView(
        question_id=question.question_id,
        asked_at=question.asked_at,
        due_at=question.due_at,
        answered_at=question.answered_at,
        late=decide.is_late(question.due_at, question.answered_at, now=now),
        links=QuestionLinks(question=question.detail_url, answer=links_of(referral.referral_id).supplements),
    )


def _clock(promise: Round, now: datetime) -> ClockView:
    late = decide.is_late(promise.decision_expected_by, promise.settled_at, now=now)
    return ClockView(**vars(promise), late=late)


def _step(milestone: Milestone) -> StepView:
    return StepView(step=milestone.step, at=milestone.reached_at)
