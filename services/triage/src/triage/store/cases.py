"""SQL of a case's own row, its children and its ratings."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, select, text, update

from chassis.db import Transaction
from chassis.rows import document, insert_of
from contracts.codes import ClosureReason, ConcernType, CurrentPlan, MissingItem, Rating, RatingReason
from contracts.events import CaseClosed, CaseOpened, CaseRated, CaseReopened, ReferralReceived
from triage import tables
from triage.errors import NotOneCase
from triage.model import Assignment, Background, Case, Child, Rated, Suggestion, children_of
from triage.store.clocks import load_clocks
from triage.store.handovers import load_handovers
from triage.store.news import load_news, load_questions
from triage.store.outcomes import load_decisions, load_recommendations
from triage.store.requests import load_requests

_CASE_IDS: Final = text(
    'SELECT referral_id, case_id FROM "case" WHERE referral_id = ANY(CAST(:referral_ids AS uuid[]))'
)
_OPEN: Final = insert_of(
    tables.case,
    (
        *("case_id", "referral_id", "partnership", "reference", "agency", "received_at", "opened_at"),
        *("suggested_rating", "suggestion_reasons", "concern_types", "missing_information", "immediate_danger"),
        *("previous_referral_id", "document_url", "policy_version", "decision_due_at", "version", "changed_version"),
    ),
)
_ADD_CHILDREN: Final = insert_of(tables.child, ("child_id", "case_id", "place", "unborn", "plans"), unless_there=True)
_RECORD_CHILD: Final = (
    update(tables.child)
    .where(tables.child.c.child_id == bindparam("of"))
    .values(unborn=bindparam("is_unborn"), plans=bindparam("has_plans"))
)


@dataclass(frozen=True)
class Opening:
    """A case to make: its first event, and what its referral says."""

    opened: CaseOpened
    received: ReferralReceived
    partnership: str


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
    row = (await tx.execute(statement)).one_or_none()
    return await _whole(tx, row) if row is not None else None


async def lock_case(tx: Transaction, case_id: UUID) -> Case | None:
    """A whole case for change. Everything about a case is changed under this lock, so one writer follows the other."""
    statement = select(tables.case).where(tables.case.c.case_id == case_id).with_for_update()
    row = (await tx.execute(statement)).one_or_none()
    return await _whole(tx, row) if row is not None else None


async def get_background(tx: Transaction, case_id: UUID) -> Background:
    """What the referral of a case that exists says."""
    row = (await tx.execute(select(tables.case).where(tables.case.c.case_id == case_id))).one()
    return Background(
        suggestion_reasons=tuple(map(RatingReason, row.suggestion_reasons)),
        concern_types=tuple(map(ConcernType, row.concern_types)),
        missing_information=tuple(map(MissingItem, row.missing_information)),
        immediate_danger=row.immediate_danger,
        previous_referral_id=row.previous_referral_id,
        document_url=row.document_url,
    )


async def load_ratings(tx: Transaction, case_id: UUID) -> tuple[Rated, ...]:
    """Every rating a case has had, oldest first."""
    rating = tables.rating.c
    rows = await tx.execute(select(tables.rating).where(rating.case_id == case_id).order_by(rating.version))
    return tuple(
        Rated(
            rating=Rating(row.rating),
            previous_rating=Rating(row.previous_rating) if row.previous_rating else None,
            rated_by=row.rated_by,
            rated_at=row.rated_at,
            decision_due_at=row.decision_due_at,
            rationale=row.rationale,
        )
        for row in rows
    )


async def record_opened(tx: Transaction, openings: Sequence[Opening]) -> None:
    """New cases with their children. Raises ``NotOneCase`` when one of them is in another case."""
    rows = [_opened(opening) for opening in openings]
    await tx.execute(_OPEN, document(rows))
    children = [
        row
        for one in openings
        for row in _children_rows(one.opened.case_id, children_of(one.received.children, one.received.plans or ()))
    ]
    await _add_children(tx, children)


async def add_children(tx: Transaction, case_id: UUID, children: Sequence[Child], *, after: int) -> None:
    """Children of a case that has ``after`` already. Raises ``NotOneCase`` when one of them is in another case."""
    await _add_children(tx, _children_rows(case_id, children, after=after))


async def _add_children(tx: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    added = await tx.execute(_ADD_CHILDREN, document(rows))
    if added.rowcount != len(rows):
        raise NotOneCase


def _children_rows(case_id: UUID, children: Sequence[Child], *, after: int = 0) -> list[dict[str, Any]]:
    return [
        {"child_id": one.child_id, "case_id": case_id, "place": place, "unborn": one.unborn, "plans": one.plans}
        for place, one in enumerate(children, start=after)
    ]


async def record_children(tx: Transaction, children: Sequence[Child]) -> None:
    """What the referral says now of children that their case has."""
    if children:
        values = [
            {"of": child.child_id, "is_unborn": child.unborn, "has_plans": _codes(child.plans)} for child in children
        ]
        await tx.execute(_RECORD_CHILD, values)


async def record_background(tx: Transaction, case_id: UUID, background: Background, suggested: Suggestion) -> None:
    """What the referral says now, and which rating that suggests."""
    changes = {
        "concern_types": [code.value for code in background.concern_types],
        "missing_information": [item.value for item in background.missing_information],
        "immediate_danger": background.immediate_danger,
        "previous_referral_id": background.previous_referral_id,
        "document_url": background.document_url,
        "suggested_rating": suggested.rating.value,
        "suggestion_reasons": [reason.value for reason in suggested.reasons],
    }
    await tx.execute(update(tables.case).where(tables.case.c.case_id == case_id).values(changes))


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


async def record_closed(tx: Transaction, closed: CaseClosed) -> None:
    """The case is done. Nothing is deleted."""
    changes = {"closed_at": closed.closed_at, "closed_reason": closed.reason.value}
    await tx.execute(update(tables.case).where(tables.case.c.case_id == closed.case_id).values(changes))


async def record_reopened(tx: Transaction, reopened: CaseReopened) -> None:
    """The case is worked on again. That it was closed stays in its history."""
    changes = {"closed_at": None, "closed_reason": None, "reopened_at": reopened.reopened_at}
    await tx.execute(update(tables.case).where(tables.case.c.case_id == reopened.case_id).values(changes))


async def record_due(tx: Transaction, case_id: UUID, *, due_at: datetime) -> None:
    """A decision clock began again."""
    await tx.execute(update(tables.case).where(tables.case.c.case_id == case_id).values(decision_due_at=due_at))


async def advance(tx: Transaction, case_id: UUID, *, version: int, changed: bool) -> None:
    """The case's events have come to ``version``. ``changed`` is False when they say nothing about the children."""
    changes = {"version": version, **({"changed_version": version} if changed else {})}
    await tx.execute(update(tables.case).where(tables.case.c.case_id == case_id).values(changes))


def _opened(opening: Opening) -> dict[str, Any]:
    opened, received = opening.opened, opening.received
    return {
        "case_id": opened.case_id,
        "referral_id": opened.referral_id,
        "reference": opened.reference,
        "agency": opened.agency,
        "opened_at": opened.opened_at,
        "suggested_rating": opened.suggested_rating,
        "suggestion_reasons": opened.suggestion_reasons,
        "decision_due_at": opened.decision_due_at,
        "policy_version": opened.policy_version,
        "partnership": opening.partnership,
        "received_at": received.received_at,
        "concern_types": received.concern_types,
        "missing_information": received.missing_information,
        "immediate_danger": received.immediate_danger,
        "previous_referral_id": received.previous_referral_id,
        "document_url": received.detail_url,
        "version": 1,
        "changed_version": 1,
    }


async def _whole(tx: Transaction, row: Row[Any]) -> Case:
    return Case(
        case_id=row.case_id,
        referral_id=row.referral_id,
        partnership=row.partnership,
        reference=row.reference,
        agency=row.agency,
        received_at=row.received_at,
        opened_at=row.opened_at,
        suggested_rating=Rating(row.suggested_rating),
        decision_due_at=row.decision_due_at,
        policy_version=row.policy_version,
        version=row.version,
        changed_version=row.changed_version,
        children=tuple(await _children(tx, row.case_id)),
        rating=Rating(row.rating) if row.rating else None,
        requests=await load_requests(tx, row.case_id),
        recommendations=await load_recommendations(tx, row.case_id),
        decisions=await load_decisions(tx, row.case_id),
        handovers=await load_handovers(tx, row.case_id),
        clocks=await load_clocks(tx, row.case_id),
        questions=await load_questions(tx, row.case_id),
        news=await load_news(tx, row.case_id),
        closed_at=row.closed_at,
        closed_reason=ClosureReason(row.closed_reason) if row.closed_reason else None,
        reopened_at=row.reopened_at,
        assignment=Assignment(row.worker, row.team, row.assigned_by, row.assigned_at),
        assigned_version=row.assigned_version,
    )


async def _children(tx: Transaction, case_id: UUID) -> Sequence[Child]:
    child = tables.child.c
    rows = await tx.execute(select(tables.child).where(child.case_id == case_id).order_by(child.place))
    return [Child(row.child_id, row.unborn, _plans(row.plans)) for row in rows]


def _codes(plans: Sequence[CurrentPlan] | None) -> list[str] | None:
    """Null stays what is not known; an empty list would say that there is none."""
    return [plan.value for plan in plans] if plans is not None else None


def _plans(codes: Sequence[str] | None) -> tuple[CurrentPlan, ...] | None:
    return tuple(map(CurrentPlan, codes)) if codes is not None else None
