"""``/v1/information-requests/{id}/…``: what an agency says to a request: its answer, a correction, a withdrawal."""

from datetime import datetime
from typing import Final, Self
from uuid import UUID

from fastapi.responses import Response
from pydantic import ConfigDict, Field

from chassis.web.app import problem_responses
from chassis.web.commands import Answered, Command
from chassis.web.service_router import ServiceRouter
from contracts.codes import Answer, RefusalGround
from contracts.events import InformationAnswered, InformationCorrected, InformationWithdrawn
from triage import handlers
from triage.api import examples
from triage.api.dependencies import Form, Injected, OtherParty, View, Words
from triage.handlers import Recorded
from triage.model import Correct, Reply, TakeBack

router = ServiceRouter(prefix="/v1/information-requests/{request_id}", tags=["information requests"])

_CONFLICTS: Final = problem_responses(409)
_CHANGED: Final = "The revision of your answer that you change: `revision` of the request as you read it."


class AnswerForm(Form):
    """Information, all or part of it; or nothing held; or a refusal with its ground and reason."""

    model_config = ConfigDict(json_schema_extra={"examples": [*examples.ANSWERS]})

    answer: Answer
    content: Words | None = Field(default=None, description="Needed for supplied and partial.")
    refusal_ground: RefusalGround | None = Field(default=None, description="Needed for refused.")
    refusal_reason: Words | None = Field(default=None, description="Needed for refused.")

    @property
    def reply(self) -> Reply:
        """The same, as the rules see it."""
        return Reply(self.answer, self.content, self.refusal_ground, self.refusal_reason)


class AnsweredView(View):
    """The answer is with triage."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.ANSWERED]})

    request_id: UUID
    revision: int
    answer: Answer
    answered_at: datetime

    @classmethod
    def of(cls, recorded: Recorded) -> Self:
        """The view of what was recorded."""
        said = recorded.get(InformationAnswered)
        return cls(
            request_id=said.request_id,
            revision=said.revision,
            answer=said.answer,
            answered_at=said.answered_at,
        )


class CorrectionForm(AnswerForm):
    """The whole answer as it should have been, and why it changes."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CORRECTION]})

    revision: int = Field(ge=1, le=1_000_000, description=_CHANGED)
    reason: Words


class CorrectedView(View):
    """The corrected answer stands. What was said before is kept."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CORRECTED]})

    request_id: UUID
    revision: int
    answer: Answer
    corrected_at: datetime

    @classmethod
    def of(cls, recorded: Recorded) -> Self:
        """The view of what was recorded."""
        said = recorded.get(InformationCorrected)
        return cls(
            request_id=said.request_id,
            revision=said.revision,
            answer=said.answer,
            corrected_at=said.corrected_at,
        )


class WithdrawalForm(Form):
    """Which answer is taken back, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.WITHDRAWAL]})

    revision: int = Field(ge=1, le=1_000_000, description=_CHANGED)
    reason: Words


class WithdrawnView(View):
    """No answer stands until the agency answers again. What was said before is kept."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.WITHDRAWN]})

    request_id: UUID
    revision: int
    withdrawn_at: datetime

    @classmethod
    def of(cls, recorded: Recorded) -> Self:
        """The view of what was recorded."""
        said = recorded.get(InformationWithdrawn)
        return cls(
            request_id=said.request_id,
            revision=said.revision,
            withdrawn_at=said.withdrawn_at,
        )


@router.post("/answer", summary="Answer a request", response_model=AnsweredView, responses=_CONFLICTS)
async def answer_request(
    request_id: UUID, form: AnswerForm, dependencies: Injected, visit: OtherParty, once: Command
) -> Response:
    """By the agency that was asked; late is better than never. After a decision it is news on the case.

    A closed case is opened again by it, so that somebody decides with it; not by "nothing held", which adds nothing.
    """
    return await once.do(
        dependencies,
        lambda tx: handlers.answer_request(tx, dependencies, request_id, reply=form.reply, visit=visit),
        lambda recorded: Answered(AnsweredView.of(recorded)),
    )


@router.post("/correction", summary="Correct an answer", response_model=CorrectedView, responses=_CONFLICTS)
async def correct_answer(
    request_id: UUID, form: CorrectionForm, dependencies: Injected, visit: OtherParty, once: Command
) -> Response:
    """By the agency that gave it, at any time. What was decided with the earlier one may be decided again.

    Sent twice without an `Idempotency-Key`, the second is refused (409): read the request to see that the first
    arrived.
    """
    command = Correct(form.revision, form.reply, form.reason)
    return await once.do(
        dependencies,
        lambda tx: handlers.correct_answer(tx, dependencies, request_id, command=command, visit=visit),
        lambda recorded: Answered(CorrectedView.of(recorded)),
    )


@router.post("/withdrawal", summary="Withdraw an answer", response_model=WithdrawnView, responses=_CONFLICTS)
async def withdraw_answer(
    request_id: UUID, form: WithdrawalForm, dependencies: Injected, visit: OtherParty, once: Command
) -> Response:
    """By the agency that gave it, for instance because it is about somebody else. It may answer again."""
    command = TakeBack(form.revision, form.reason)
    return await once.do(
        dependencies,
        lambda tx: handlers.withdraw_answer(tx, dependencies, request_id, command=command, visit=visit),
        lambda recorded: Answered(WithdrawnView.of(recorded)),
    )
