"""SQL of a case's own row, its children and its ratings."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, insert, select, text, update

from chassis.db import Transaction
from chassis.rows import document, update_of
from contracts.codes import ClosureReason, ConcernType, CurrentPlan, MissingItem, Rating, RatingReason
from contracts.events import CaseClosed, CaseRated, CaseReopened
from triage import tables
from triage.model import Assignment, Background, Case, Child, Rated
from triage.store.clocks import CLOCKS
from triage.store.handovers import HANDOVERS
from triage.store.loading import Gathered, Gathering, Part, Record, one_of
from triage.store.news import NEWS, QUESTIONS
from triage.store.outcomes import DECISIONS, RECOMMENDATIONS
from triage.store.requests import REQUESTS, REVISIONS, with_revisions

_CASE_IDS: Final = text(
    'SELECT referral_id, case_id FROM "case" WHERE referral_id = ANY(CAST(:referral_ids AS uuid[]))'
)
_CLOSE: Final = update_of(tables.case, ("closed_at", "closed_reason"), key="case_id")
_REOPEN: Final = update_of(tables.case, ("closed_at", "closed_reason", "reopened_at"), key="case_id")
_DUE: Final = update_of(tables.case, ("decision_due_at",), key="case_id")
_ADVANCE: Final = text(
    """UPDATE "case" c SET version = n.version,
                         changed_version = CASE WHEN n.changed THEN n.version ELSE c.changed_version END
       FROM unnest(CAST(:ids AS uuid[]), CAST(:versions AS integer[]), CAST(:changed AS boolean[]))
            AS n(case_id, version, changed)
       WHERE c.case_id = n.case_id"""
)


async def find_case_ids(tx: Transaction, referral_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
    """The cases of referrals, by referral; one without a case is left out."""
    rows = await tx.execute(_CASE_IDS, {"referral_ids": list(referral_ids)})
    return {row.referral_id: row.case_id for row in rows}


async def find_case_id(tx: Transaction, referral_id: UUID) -> UUID | None:
    """The case of a referral."""
    return (await find_case_ids(tx, [referral_id])).get(referral_id)


async def find_case(tx: Transaction, case_id: UUID) -> Case | None:
    """A whole case as it is at one moment.

    Interleaving prevented: the row is read, a decision commits, then the decisions are read, and the view shows a
    decision under a version that does not have it. Anyone who changes a case locks its row first.
    """
    statement = select(tables.case).where(tables.case.c.case_id == case_id).with_for_update(read=True)
    return (await _whole(tx, (await tx.execute(statement)).all())).get(case_id)


async def lock_case(tx: Transaction, case_id: UUID) -> Case | None:
    """A whole case for change. Everything about a case is changed under this lock, so one writer follows the other."""
    return (await _whole(tx, await _locked(tx, tables.case.c.case_id == case_id))).get(case_id)


async def lock_cases_of(tx: Transaction, referral_ids: Collection[UUID]) -> Mapping[UUID, tuple[Case, Background]]:
    """The same of many referrals, by referral, with what each referral says; one without a case is left out.

    They are locked in one order, so that two who lock several do not wait for each other.
    """
    rows = await _locked(tx, one_of(tables.case.c.referral_id, referral_ids))
    cases = await _whole(tx, rows)
    return {row.referral_id: (cases[row.case_id], _background(row)) for row in rows}


async def _locked(tx: Transaction, which: ColumnElement[bool]) -> Sequence[Row[Any]]:
    statement = select(tables.case).where(which).order_by(tables.case.c.case_id).with_for_update()
    return (await tx.execute(statement)).all()


async def get_background(tx: Transaction, case_id: UUID) -> Background:
    """What the referral of a case that exists says."""
    return _background((await tx.execute(select(tables.case).where(tables.case.c.case_id == case_id))).one())


async def load_history(tx: Transaction, case_id: UUID) -> tuple[Background, tuple[Rated, ...]]:
    """What the referral of a case that exists says, and every rating the case has had, oldest first."""
    found = await _HISTORY.load(tx, [case_id])
    (background,) = found.of(case_id, _BACKGROUND)
    return background, found.of(case_id, _RATINGS)


async def record_rated(tx: Transaction, rated: CaseRated, *, rationale: str | None, version: int) -> None:
    """The urgency, and one more line of its history."""
    changes = {"rating": rated.rating.value, "decision_due_at": rated.decision_due_at}
    await tx.execute(update(tables.case).where(tables.case.c.case_id == rated.case_id).values(changes))
    history = {
        **changes,
        "case_id": rated.case_id,
        "version": version,
        "previous_rating": rated.previous_rating.value if rated.previous_rating else None,
        "rationale": rationale,
        "rated_by": rated.rated_by,
        "rated_at": rated.rated_at,
    }
    await tx.execute(insert(tables.rating).values(history))


async def record_closed(tx: Transaction, closed: Sequence[CaseClosed]) -> None:
    """Cases are done. Nothing is deleted."""
    if closed:
        rows = ({"case_id": one.case_id, "closed_at": one.closed_at, "closed_reason": one.reason} for one in closed)
        await tx.execute(_CLOSE, document(rows))


async def record_reopened(tx: Transaction, reopened: Sequence[CaseReopened]) -> None:
    """Cases are worked on again. That they were closed stays in their history."""
    if reopened:
        rows = ({"case_id": one.case_id, "reopened_at": one.reopened_at} for one in reopened)
        await tx.execute(_REOPEN, document(rows))


async def record_due(tx: Transaction, due_at: Mapping[UUID, datetime]) -> None:
    """Decision clocks began again."""
    if due_at:
        rows = ({"case_id": case_id, "decision_due_at": at} for case_id, at in due_at.items())
        await tx.execute(_DUE, document(rows))


async def advance(tx: Transaction, case_id: UUID, *, version: int, changed: bool) -> None:
    """The case's events have come to ``version``. ``changed`` is False when they say nothing about the children."""
    await advance_all(tx, {case_id: (version, changed)})


async def advance_all(tx: Transaction, versions: Mapping[UUID, tuple[int, bool]]) -> None:
    """The same for many cases."""
    columns = {
        "ids": list(versions),
        "versions": [version for version, _ in versions.values()],
        "changed": [changed for _, changed in versions.values()],
    }
    await tx.execute(_ADVANCE, columns)


async def _whole(tx: Transaction, rows: Sequence[Row[Any]]) -> Mapping[UUID, Case]:
    """Cases with all that hangs on them, by their locked rows."""
    ids = [row.case_id for row in rows]
    if not ids:
        return {}
    found = await _HANGING_ON.load(tx, ids)
    return {case_id: _case(row, found) for case_id, row in zip(ids, rows, strict=True)}


def _case(row: Row[Any], found: Gathered) -> Case:
    """A case by its own row and what hangs on it."""
    case_id = row.case_id
    return Case(
        **_own(row),
        children=found.of(case_id, _CHILDREN),
        requests=with_revisions(found.of(case_id, REQUESTS), found.of(case_id, REVISIONS)),
        recommendations=found.of(case_id, RECOMMENDATIONS),
        decisions=found.of(case_id, DECISIONS),
        handovers=found.of(case_id, HANDOVERS),
        clocks=found.of(case_id, CLOCKS),
        questions=found.of(case_id, QUESTIONS),
        news=found.of(case_id, NEWS),
    )


def _own(row: Row[Any]) -> dict[str, Any]:
    """What a case's own row says."""
    return {
        "case_id": row.case_id,
        "referral_id": row.referral_id,
        "partnership": row.partnership,
        "reference": row.reference,
        "agency": row.agency,
        "received_at": row.received_at,
        "opened_at": row.opened_at,
        "suggested_rating": Rating(row.suggested_rating),
        "decision_due_at": row.decision_due_at,
        "policy_version": row.policy_version,
        "version": row.version,
        "changed_version": row.changed_version,
        "rating": Rating(row.rating) if row.rating else None,
        "closed_at": row.closed_at,
        "closed_reason": ClosureReason(row.closed_reason) if row.closed_reason else None,
        "reopened_at": row.reopened_at,
        "assignment": Assignment(row.worker, row.team, row.assigned_by, row.assigned_at),
        "assigned_version": row.assigned_version,
    }


def _background(row: Row[Any] | Record) -> Background:
    return Background(
        suggestion_reasons=tuple(map(RatingReason, row.suggestion_reasons)),
        concern_types=tuple(map(ConcernType, row.concern_types)),
        missing_information=tuple(map(MissingItem, row.missing_information)),
        immediate_danger=row.immediate_danger,
        previous_referral_id=row.previous_referral_id,
        document_url=row.document_url,
    )


def _rated(row: Record) -> Rated:
    return Rated(
        rating=Rating(row.rating),
        previous_rating=Rating(row.previous_rating) if row.previous_rating else None,
        rated_by=row.rated_by,
        rated_at=row.rated_at,
        decision_due_at=row.decision_due_at,
        rationale=row.rationale,
    )


def _child(row: Record) -> Child:
    return Child(row.child_id, row.unborn, _plans(row.plans))


def _plans(codes: Sequence[str] | None) -> tuple[CurrentPlan, ...] | None:
    return tuple(map(CurrentPlan, codes)) if codes is not None else None


_CHILDREN: Final = Part(tables.child, ("place",), _child)
_HANGING_ON: Final = Gathering(
    *(_CHILDREN, REQUESTS, REVISIONS, RECOMMENDATIONS, DECISIONS, HANDOVERS, CLOCKS, QUESTIONS, NEWS)
)
_BACKGROUND: Final = Part(tables.case, ("case_id",), _background)
_RATINGS: Final = Part(tables.rating, ("version",), _rated)
_HISTORY: Final = Gathering(_BACKGROUND, _RATINGS)
