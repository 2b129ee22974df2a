"""``…/questions``: asking the sender of a referral, and what it is asked."""

from datetime import datetime
from typing import Self
from uuid import UUID

from fastapi.responses import Response
from pydantic import ConfigDict, Field

from chassis.web.access import unwrap
from chassis.web.commands import Answered, Command
from chassis.web.service_router import ServiceRouter
from contracts.events import QuestionAsked
from triage import handlers, store
from triage.api import examples
from triage.api.cases import WRITE_PROBLEMS
from triage.api.dependencies import Agency, Form, Injected, StaffOrSender, View, Words, Writer, tagged
from triage.api.paging import Cursor, PageSize, read_place, write_cursor
from triage.handlers import QuestionFile, Recorded
from triage.model import AskSender, ListedQuestion, RequestState, question_state

router = ServiceRouter(prefix="/v1", tags=["questions"])


class QuestionForm(Form):
    """A question to the agency that sent the referral."""

    question: Words


class AskedSenderView(View):
    """The question is on its way to the sender."""

    case_id: UUID
    version: int
    question_id: UUID
    agency: str
    due_at: datetime

    @classmethod
    def of(cls, recorded: Recorded) -> Self:
        """The view of a question that was recorded."""
        asked = recorded.get(QuestionAsked)
        return cls(
            case_id=recorded.case_id,
            version=recorded.version,
            question_id=asked.question_id,
            agency=asked.agency,
            due_at=asked.due_at,
        )


class QuestionView(View):
    """A question about one's own referral. The answer is a supplement to it, of the kind ``answer``."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.QUESTION]})

    question_id: UUID
    referral_id: UUID
    reference: str
    agency: str
    state: RequestState
    overdue: bool
    question: str
    asked_at: datetime
    due_at: datetime
    answered_at: datetime | None
    supplement_id: UUID | None = Field(description="The supplement that answers it, kept with the referral.")

    @classmethod
    def of(cls, file: QuestionFile, *, now: datetime) -> Self:
        """The view of a question that the reader may see."""
        question = file.question
        return cls(
            question_id=question.question_id,
            referral_id=file.case.referral_id,
            reference=file.case.reference,
            agency=question.agency,
            state=question_state(question, file.notice),
            overdue=question.answered_at is None and now >= question.due_at,
            question=question.question,
            asked_at=question.asked_at,
            due_at=question.due_at,
            answered_at=question.answered_at,
            supplement_id=question.supplement_id,
        )


class OpenQuestion(View):
    """One line of the sender's list."""

    question_id: UUID
    referral_id: UUID
    reference: str
    asked_at: datetime
    due_at: datetime
    overdue: bool

    @classmethod
    def of(cls, listed: ListedQuestion, *, now: datetime) -> Self:
        """The same, as shown."""
        return cls(
            question_id=listed.question_id,
            referral_id=listed.referral_id,
            reference=listed.reference,
            asked_at=listed.asked_at,
            due_at=listed.due_at,
            overdue=now >= listed.due_at,
        )


class OpenQuestions(View):
    """Questions, newest first. ``next`` is the cursor of the following page; empty on the last one."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.OPEN_QUESTIONS]})

    questions: tuple[OpenQuestion, ...]
    next: str | None


@router.post(
    "/cases/{case_id}/questions",
    status_code=201,
    summary="Ask the sender",
    response_model=AskedSenderView,
    responses=WRITE_PROBLEMS,
)
async def ask_sender(
    case_id: UUID, form: QuestionForm, dependencies: Injected, visit: Writer, once: Command
) -> Response:
    """The sender learns that it is asked, not what: it reads the question here. No decision waits for its answer."""
    command = AskSender(form.question)
    return await once.do(
        dependencies,
        lambda tx: handlers.ask_sender(tx, dependencies, case_id, command=command, visit=visit),
        _asked,
    )


@router.get("/questions", summary="List what your agency is asked about its referrals", response_model=OpenQuestions)
async def list_questions(
    dependencies: Injected, asker: Agency, cursor: Cursor = None, limit: PageSize = 50
) -> OpenQuestions:
    """Those that wait for an answer. References and times only; nothing in this list describes a person."""
    before = read_place(cursor)
    async with dependencies.db.transaction() as tx:
        found = await store.list_open_questions(
            tx, partnership=asker.partnership, agency=asker.agency, before=before, limit=limit + 1
        )
    now, shown = dependencies.clock.now(), found[:limit]
    following = write_cursor(shown[-1].asked_at, shown[-1].question_id) if len(found) > limit else None
    return OpenQuestions(questions=tuple(OpenQuestion.of(one, now=now) for one in shown), next=following)


@router.get("/questions/{question_id}", summary="Read a question", response_model=QuestionView)
async def read_question(question_id: UUID, dependencies: Injected, visit: StaffOrSender) -> QuestionView:
    """For the agency that sent the referral, and for triage staff who say what for. Each look is written down first.

    The agency answers where it sent the referral: ``POST /v1/referrals/{referral_id}/supplements`` with the kind
    ``answer`` and this question's id.
    """
    async with dependencies.db.transaction() as tx:
        result = await handlers.read_question(tx, question_id, visit=visit)
    return QuestionView.of(unwrap(result), now=visit.now)


def _asked(recorded: Recorded) -> Answered:
    location = f"/v1/questions/{recorded.get(QuestionAsked).question_id}"
    return Answered(AskedSenderView.of(recorded), 201, tagged(recorded.version, location=location))
