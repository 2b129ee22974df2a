"""SQL of referrals as they are followed."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, literal, select, text, tuple_

from chassis.db import Transaction
from contracts.codes import MissingItem
from contracts.events import ReferralReceived, ReferralSupplemented
from referral_intake.model import (
    Asker,
    Filters,
    FollowedChild,
    Milestone,
    Milestones,
    Missing,
    Referral,
    Status,
    Step,
    places_of,
)
from referral_intake.tables import child, document, milestone, question, referral, withdrawal

_LATEST: Final = text(
    """SELECT headers ->> 'ce_type' AS type, data FROM event
       WHERE aggregate = :aggregate AND headers ->> 'ce_type' = ANY(CAST(:types AS text[]))
       ORDER BY version DESC LIMIT 1"""
)


async def find_referral(tx: Transaction, referral_id: UUID) -> Referral | None:
    """The referral, no matter who sent it: the caller decides who may know of it."""
    row = (await tx.execute(_select_referral().where(referral.c.referral_id == referral_id))).one_or_none()
    return _referral(row) if row is not None else None


async def find_steady_referral(tx: Transaction, referral_id: UUID) -> Referral | None:
    """The same, and nothing about it changes until this transaction ends.

    Interleaving prevented: the referral is read, its case is closed, then its steps are read, and the sender is told
    that it was closed and is still looked at.
    """
    steady = select(referral.c.referral_id).where(referral.c.referral_id == referral_id)
    if await tx.scalar(steady.with_for_update(read=True)) is None:
        return None
    return await find_referral(tx, referral_id)  # a statement of its own: it sees what the one before us committed


async def find_by_reference(tx: Transaction, reference: str, *, partnership: str | None = None) -> UUID | None:
    """The id of the referral with this reference; with ``partnership`` only one of it."""
    statement = select(referral.c.referral_id).where(referral.c.reference == reference)
    if partnership is not None:
        statement = statement.where(referral.c.partnership == partnership)
    found: UUID | None = await tx.scalar(statement)
    return found


async def list_referrals(
    tx: Transaction, asker: Asker, filters: Filters, *, before: tuple[datetime, UUID], limit: int
) -> list[Referral]:
    """The asker's agency's own referrals, newest first; ``before`` is the last one of the page before.

    What comes in meanwhile is newer than any page but the first, so nothing is shown twice and nothing is left out.
    """
    columns = referral.c
    received_at, referral_id = before
    last = tuple_(literal(received_at, columns.received_at.type), literal(referral_id, columns.referral_id.type))
    query = _select_referral().where(
        columns.partnership == asker.partnership,
        columns.agency == asker.agency,
        tuple_(columns.received_at, columns.referral_id) < last,
        *_wanted(filters),
    )
    newest_first = query.order_by(columns.received_at.desc(), columns.referral_id.desc()).limit(limit)
    return [_referral(row) for row in await tx.execute(newest_first)]


async def list_children(tx: Transaction, referral_id: UUID) -> list[FollowedChild]:
    """The children of a referral, in the order of its document."""
    columns = child.c
    query = (
        select(columns.child_id, columns.place, columns.decided_at, columns.feedback)
        .where(columns.referral_id == referral_id)
        .order_by(columns.place)
    )
    rows = await tx.execute(query)
    return [FollowedChild(row.child_id, row.place + 1, row.decided_at, row.feedback) for row in rows]


async def list_milestones(tx: Transaction, referral_id: UUID) -> list[Milestone]:
    """Every step of triage, in the order reached."""
    columns = milestone.c
    query = (
        select(columns.step, columns.reached_at, columns.due_at)
        .where(columns.referral_id == referral_id)
        .order_by(columns.reached_at, columns.step)
    )
    return [Milestone(Step(row.step), row.reached_at, row.due_at) for row in await tx.execute(query)]


async def find_missing_information(tx: Transaction, referral_id: UUID) -> dict[MissingItem, list[str]]:
    """What a referral still does not say, as its latest event tells, each with where it would stand.

    Documents are not opened for it. No places are known when the edition is destroyed, or was written by a release
    that did not keep them. A withdrawal changes nothing of what is missing.
    """
    kinds = {kind.TYPE: kind for kind in (ReferralReceived, ReferralSupplemented)}
    found = await tx.execute(_LATEST, {"aggregate": f"referral/{referral_id}", "types": list(kinds)})
    row = found.one_or_none()
    if row is None:
        return {}
    event = kinds[row.type].read(row.data)
    edition = event.edition if isinstance(event, ReferralSupplemented) else 1
    places = await _find_places(tx, referral_id, edition)
    return {item: places.get(item, []) for item in event.missing_information}


async def _find_places(tx: Transaction, referral_id: UUID, edition: int) -> dict[MissingItem, list[str]]:
    columns = document.c
    kept = select(columns.missing).where(columns.referral_id == referral_id, columns.edition == edition)
    return places_of(Missing(MissingItem(item), pointer) for item, pointer in await tx.scalar(kept) or ())


def _wanted(filters: Filters) -> list[ColumnElement[bool]]:
    columns = referral.c
    wanted: list[ColumnElement[bool]] = []
    if filters.statuses:
        wanted.append(_status().in_(sorted(filters.statuses)))
    if filters.received_from is not None:
        wanted.append(columns.received_at >= filters.received_from)
    if filters.received_until is not None:
        wanted.append(columns.received_at < filters.received_until)
    if filters.question_open is not None:
        wanted.append((_open_questions() > 0) == filters.question_open)
    if filters.reference is not None:
        wanted.append(columns.reference == filters.reference)
    return wanted


def _status() -> ColumnElement[str]:
    """The same as ``decide.status``, which a test compares it with, for the database to choose by."""
    columns = referral.c
    return case(
        (columns.closed_at.is_not(None), Status.CLOSED),
        (columns.decided_at.is_not(None), Status.DECIDED),
        (_open_questions() > 0, Status.NEEDS_ANSWER),
        (columns.looked_at.is_not(None), Status.BEING_LOOKED_AT),
        else_=Status.RECEIVED,
    )


def _open_questions() -> ColumnElement[int]:
    unanswered = and_(question.c.referral_id == referral.c.referral_id, question.c.answered_at.is_(None))
    return select(func.count()).select_from(question).where(unanswered).correlate(referral).scalar_subquery()


def _select_referral() -> Select[*tuple[Any, ...]]:
    columns = referral.c
    return select(
        columns.referral_id,
        columns.reference,
        columns.partnership,
        columns.agency,
        columns.received_at,
        func.coalesce(columns.decision_due_at, columns.decision_expected_by).label("expected_by"),
        columns.decision_expected_by.label("first_expected_by"),
        columns.immediate_danger,
        columns.looked_at,
        columns.decided_at,
        columns.closed_at,
        columns.edition,
        columns.previous_referral_id,
        columns.disposed_at,
        columns.restricted,
        withdrawal.c.withdrawn_at,
        _open_questions().label("open_questions"),
    ).select_from(referral.outerjoin(withdrawal))


def _referral(row: Row[*tuple[Any, ...]]) -> Referral:
    return Referral(
        referral_id=row.referral_id,
        reference=row.reference,
        partnership=row.partnership,
        agency=row.agency,
        received_at=row.received_at,
        decision_expected_by=row.expected_by,
        first_expected_by=row.first_expected_by,
        immediate_danger=row.immediate_danger,
        milestones=Milestones(row.looked_at, row.decided_at, row.closed_at),
        edition=row.edition,
        withdrawn_at=row.withdrawn_at,
        open_questions=row.open_questions,
        previous_referral_id=row.previous_referral_id,
        disposed_at=row.disposed_at,
        restricted=row.restricted,
    )
