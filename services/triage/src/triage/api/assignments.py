"""``/v1/cases/{id}/claim``, ``…/assignment`` and ``/v1/assignments``: who has which case."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi.responses import Response
from pydantic import AfterValidator, Field, model_validator

from chassis.web.commands import Answered, Command
from chassis.web.service_router import ServiceRouter
from contracts.events import CaseAssigned
from triage import handlers
from triage.api.cases import WRITE_PROBLEMS
from triage.api.dependencies import Code, Form, Injected, Staff, View, Writer, tagged
from triage.handlers import Recorded, RowResult, Visit
from triage.model import Assign, AssignRow, Worker

router = ServiceRouter(prefix="/v1", tags=["assignments"])

MOST_CASES = 100
"""So many cases are assigned by one request: they are locked together."""
Subject = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$")]


class AssignmentForm(Form):
    """A worker, whose team the service knows, or a team alone."""

    worker: Subject | None = Field(default=None, description="One of `GET /v1/workers`.")
    team: Code | None = Field(default=None, description="A team that some worker is of; left out with a worker.")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.worker is None) == (self.team is None):
            raise ValueError("Send a worker or a team, and not both")
        return self

    @property
    def command(self) -> Assign:
        """The same, as the rules see it."""
        return Assign(self.worker, self.team)


class AssignmentView(View):
    """Who has the case now. Both empty: nobody."""

    case_id: UUID
    version: int
    worker: str | None
    team: str | None
    assigned_at: datetime

    @classmethod
    def of(cls, recorded: Recorded) -> Self:
        """The view of a change of hands."""
        assigned = recorded.get(CaseAssigned)
        return cls(
            case_id=recorded.case_id,
            version=recorded.version,
            worker=assigned.worker,
            team=assigned.team,
            assigned_at=assigned.assigned_at,
        )


class RowForm(Form):
    """One case, and the version of it that you have seen."""

    case_id: UUID
    version: int = Field(ge=1, le=999_999_999)


def _each_once(rows: tuple[RowForm, ...]) -> tuple[RowForm, ...]:
    if len({row.case_id for row in rows}) != len(rows):
        raise ValueError("Send each case once")
    return rows


class AssignmentsForm(Form):
    """Many cases for one worker or one team; with neither, they are given back."""

    worker: Subject | None = None
    team: Code | None = None
    cases: Annotated[tuple[RowForm, ...], Field(min_length=1, max_length=MOST_CASES), AfterValidator(_each_once)]

    @model_validator(mode="after")
    def _not_both(self) -> Self:
        if self.worker is not None and self.team is not None:
            raise ValueError("Send a worker or a team, and not both")
        return self


class RowView(View):
    """What became of one case: its assignment, or the problem that says why not."""

    case_id: UUID
    assignment: AssignmentView | None
    problem: dict[str, Any] | None = Field(description="RFC 9457 problem details, as the single request answers them.")

    @classmethod
    def of(cls, row: RowResult) -> Self:
        """The same, as shown."""
        return cls(
            case_id=row.case_id,
            assignment=AssignmentView.of(row.recorded) if row.recorded else None,
            problem=row.problem.body() if row.problem else None,
        )


class AssignmentsView(View):
    """A result for each case, in the order in which they were sent. Some may be refused while others are assigned."""

    assigned: int
    refused: int
    results: tuple[RowView, ...]


class WorkerLine(View):
    """One of the front door team. Names are the identity provider's to tell."""

    worker: str
    team: str
    roles: tuple[str, ...]
    open_cases: int
    is_me: bool
    last_seen_at: datetime

    @classmethod
    def of(cls, worker: Worker, cases: int, *, subject: str) -> Self:
        """The same, as shown to a person."""
        return cls(
            worker=worker.subject,
            team=worker.team,
            roles=tuple(sorted(worker.roles)),
            open_cases=cases,
            is_me=worker.subject == subject,
            last_seen_at=worker.seen_at,
        )


class WorkersView(View):
    """Whom a case can be given to: staff of your partnership who were here in the last 90 days."""

    workers: tuple[WorkerLine, ...]


@router.post("/cases/{case_id}/claim", summary="Claim a case", response_model=AssignmentView, responses=WRITE_PROBLEMS)
async def claim_case(case_id: UUID, dependencies: Injected, visit: Writer, once: Command) -> Response:
    """Take a case that nobody else has. Of two people who claim it at the same time, one gets it.

    What else happened to the case since the version in `If-Match` does not matter, only whether it was assigned.
    """
    return await once.do(dependencies, lambda tx: handlers.claim_case(tx, case_id, visit=visit), _answer)


@router.post(
    "/cases/{case_id}/assignment", summary="Assign a case", response_model=AssignmentView, responses=WRITE_PROBLEMS
)
async def assign_case(
    case_id: UUID, form: AssignmentForm, dependencies: Injected, visit: Writer, once: Command
) -> Response:
    """By a manager: give a case to a worker or to a team, no matter who has it now."""
    return await once.do(
        dependencies, lambda tx: handlers.assign_case(tx, case_id, command=form.command, visit=visit), _answer
    )


@router.post(
    "/cases/{case_id}/unassignment",
    summary="Give a case back",
    response_model=AssignmentView,
    responses=WRITE_PROBLEMS,
)
async def unassign_case(case_id: UUID, dependencies: Injected, visit: Writer, once: Command) -> Response:
    """Nobody has the case any more. One's own case, or by a manager anybody's."""
    return await once.do(dependencies, lambda tx: handlers.unassign_case(tx, case_id, visit=visit), _answer)


@router.post("/assignments", summary="Assign many cases", response_model=AssignmentsView)
async def assign_cases(form: AssignmentsForm, dependencies: Injected, asker: Staff, once: Command) -> Response:
    """Each case by itself, as if it had been sent alone: one that is refused does not hold the others."""
    rows = [AssignRow(row.case_id, row.version) for row in form.cases]
    command, visit = Assign(form.worker, form.team), Visit(asker, dependencies.clock.now())
    return await once.do(
        dependencies, lambda tx: handlers.assign_cases(tx, rows, command=command, visit=visit), _answer_rows
    )


@router.get("/workers", summary="Whom a case can be given to", response_model=WorkersView)
async def list_workers(dependencies: Injected, asker: Staff) -> WorkersView:
    """Ids, teams, roles and counts; nothing here names a person."""
    now = dependencies.clock.now()
    async with dependencies.db.transaction() as tx:
        await handlers.note_visit(tx, asker, now=now)
        found = await handlers.list_workers(tx, asker.partnership, now=now)
    return WorkersView(workers=tuple(WorkerLine.of(*one, subject=asker.subject) for one in found))


def _answer(recorded: Recorded) -> Answered:
    return Answered(AssignmentView.of(recorded), headers=tagged(recorded.version))


def _answer_rows(results: Sequence[RowResult]) -> Answered:
    rows = tuple(map(RowView.of, results))
    assigned = sum(row.assignment is not None for row in rows)
    return Answered(AssignmentsView(assigned=assigned, refused=len(rows) - assigned, results=rows))
