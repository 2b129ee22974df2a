"""SQL of referrals as they are followed."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, literal, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from chassis.db import Transaction
from contracts.codes import MissingItem
from contracts.events import CaseDecided, ReferralReceived, ReferralSupplemented
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
from referral_intake.tables import child, child_decision, document, milestone, question, referral, withdrawal

_STEP_COLUMNS: Final = {Step.OPENED: "looked_at", Step.DECIDED: "decided_at", Step.CLOSED: "closed_at"}

_LATEST: Final = text(
    """SELECT headers ->> 'ce_type' AS type, data FROM event
       WHERE aggregate = :aggregate AND headers ->> 'ce_type' = ANY(CAST(:types AS text[]))
       ORDER BY version DESC LIMIT 1"""
)


async def find_referral(tx: Transaction, referral_id: UUID) -> Referral | None:
    """The referral, whoever sent it: the caller decides who may know of it."""
    row = (await tx.execute(_select_referral().where(referral.c.referral_id == referral_id))).one_or_none()
    return _referral(row) if row is not None else None


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


async def record_milestone(tx: Transaction, referral_id: UUID, reached: Milestone, *, version: int) -> bool:
    """Note that triage reached a step, in the referral as it stands and for good. False: no such referral.

    ``version`` is the case's that the step made: an older one that comes again, or late, changes nothing that stands.
    """
    return await _advance(
        tx, referral_id, reached, version=version, values={_STEP_COLUMNS[reached.step]: reached.reached_at}
    )


async def reopen(
    tx: Transaction, referral_id: UUID, *, at: datetime, due_at: datetime, version: int | None = None
) -> bool:
    """Decide and close again, by a new time; that it was done before stays written. False: no such referral.

    ``version`` as for ``record_milestone``; None when it is not triage's doing, but follows from what its sender added.
    """
    values = {"decided_at": None, "closed_at": None, "decision_due_at": due_at}
    return await _advance(tx, referral_id, Milestone(Step.REOPENED, at, due_at), version=version, values=values)


async def record_child_decided(tx: Transaction, decided: CaseDecided, *, version: int) -> bool:
    """Note one child's decision; the newest by its case's version stands. False: no such child in the referral."""
    columns = child.c
    known = and_(columns.child_id == decided.child_id, columns.referral_id == decided.referral_id)
    row = (
        await tx.execute(select(columns.outcome, columns.decision_version).where(known).with_for_update(key_share=True))
    ).one_or_none()
    if row is None:
        return False
    if row.decision_version is None and row.outcome is not None and decided.supersedes is not None:
        earlier = _decision_row(decided, 0) | {"decision_id": decided.supersedes, "outcome": row.outcome}
        await _list_decision(tx, earlier | {"supersedes": None, "supersedes_reason": None})
    await _list_decision(tx, _decision_row(decided, version))
    if version >= (row.decision_version or 0):
        newest = {"outcome": decided.outcome, "feedback": decided.referrer_feedback, "decided_at": decided.decided_at}
        await tx.execute(update(child).where(known).values(newest | {"decision_version": version}))
    return True


async def record_earlier_accepted(tx: Transaction, decision_id: UUID) -> None:
    """A team had accepted the child by the decision that this one supersedes: it was carried out, mistake or not."""
    columns = child_decision.c
    await tx.execute(update(child_decision).where(columns.decision_id == decision_id).values(earlier_accepted=True))


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


async def _advance(
    tx: Transaction, referral_id: UUID, reached: Milestone, *, version: int | None, values: dict[str, Any]
) -> bool:
    """Keep a step, and let it stand unless a later one does. False: no such referral."""
    columns = referral.c
    known = select(columns.case_version).where(columns.referral_id == referral_id).with_for_update(key_share=True)
    row = (await tx.execute(known)).one_or_none()
    if row is None:
        return False
    if version is None or version >= (row.case_version or 0):
        changes = values | ({"case_version": version} if version is not None else {})
        await tx.execute(update(referral).where(columns.referral_id == referral_id).values(changes))
    kept = {"referral_id": referral_id, **vars(reached)}
    await tx.execute(insert(milestone).values(kept).on_conflict_do_nothing())
    return True


def _decision_row(decided: CaseDecided, version: int) -> dict[str, Any]:
    return {
        "decision_id": decided.decision_id,
        "child_id": decided.child_id,
        "version": version,
        "outcome": decided.outcome,
        "supersedes": decided.supersedes,
        "supersedes_reason": decided.supersedes_reason,
    }


async def _list_decision(tx: Transaction, row: dict[str, Any]) -> None:
    """List a decision once. One that was known only through the decision that supersedes it gives way: version 0."""
    adding = insert(child_decision).values(row)
    replaced = {name: adding.excluded[name] for name in row if name != "decision_id"}
    await tx.execute(
        adding.on_conflict_do_update(
            index_elements=[child_decision.c.decision_id], set_=replaced, where=child_decision.c.version == 0
        )
    )


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
