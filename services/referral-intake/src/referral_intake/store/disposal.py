"""SQL of disposal runs: what they list, what people decided about it, and what became of it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, and_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from chassis.db import Transaction
from chassis.waking import wake
from contracts.codes import DisposalDecision
from referral_intake.model import (
    DisposalItem,
    DisposalReview,
    DisposalRun,
    Finding,
    ListedItem,
    Settled,
    StandingReview,
)
from referral_intake.tables import disposal_item, disposal_review, disposal_run

DISPOSAL: Final = "disposal"
"""What wakes the worker: a run was opened, or destructions were approved."""

_ITEMS: Final = """
    SELECT i.run_id, i.referral_id, i.place, i.record_class, i.counted_from_kind, i.counted_from, i.kept_through,
           i.undated, i.policy_version, i.approved_review, i.approved_by, i.settled_as,
           v.review_id, v.decision, v.edition AS reviewed_edition, v.keep_until, v.reason, v.reviewed_by, v.reviewed_at,
           ARRAY(SELECT DISTINCT o.reviewed_by FROM disposal_review o
                 WHERE o.run_id = i.run_id AND o.referral_id = i.referral_id) AS reviewers,
           r.reference, r.edition,
           EXISTS (SELECT FROM held_referral h WHERE h.referral_id = i.referral_id AND h.lifted_at IS NULL) AS held
    FROM disposal_item i
    JOIN referral r ON r.referral_id = i.referral_id
    LEFT JOIN LATERAL (SELECT * FROM disposal_review l WHERE l.run_id = i.run_id AND l.referral_id = i.referral_id
                       ORDER BY l.review_id DESC LIMIT 1) v ON true
"""
_ITEM: Final = text(_ITEMS + "WHERE i.run_id = :run_id AND i.referral_id = ANY(CAST(:referral_ids AS uuid[]))")
_PAGE: Final = text(
    _ITEMS + "WHERE i.run_id = :run_id AND i.undated = :undated AND i.place > :after ORDER BY i.place LIMIT :limit"
)
_LOCK_ITEMS: Final = text(
    """SELECT referral_id FROM disposal_item
       WHERE run_id = :run_id AND referral_id = ANY(CAST(:referral_ids AS uuid[]))
       ORDER BY referral_id FOR UPDATE"""
)
_UNLISTED: Final = text(
    """SELECT * FROM disposal_run WHERE listed_at IS NULL ORDER BY opened_at LIMIT 1 FOR UPDATE SKIP LOCKED"""
)
_RUNS: Final = text(
    """SELECT * FROM disposal_run
       WHERE partnership = :partnership AND (opened_at, run_id) < (:before_opened_at, :before_run_id)
       ORDER BY opened_at DESC, run_id DESC LIMIT :limit"""
)
_NEXT_APPROVED: Final = text(
    """SELECT run_id, referral_id FROM disposal_item WHERE settled_at IS NULL AND approved_at IS NOT NULL
       ORDER BY approved_at, place LIMIT :limit"""
)
_APPROVE: Final = text(
    """UPDATE disposal_item i SET approved_review = a.review_id, approved_by = :by, approved_at = :at
       FROM unnest(CAST(:referral_ids AS uuid[]), CAST(:review_ids AS bigint[])) AS a(referral_id, review_id)
       WHERE i.run_id = :run_id AND i.referral_id = a.referral_id"""
)
_COUNTS: Final = text(
    """SELECT coalesce(i.settled_as, CASE WHEN i.approved_at IS NOT NULL THEN 'approved'
                                         WHEN v.review_id IS NOT NULL THEN 'to-approve' ELSE 'to-review' END) AS state,
              count(*) AS referrals
       FROM disposal_item i
       LEFT JOIN LATERAL (SELECT review_id FROM disposal_review l
                          WHERE l.run_id = i.run_id AND l.referral_id = i.referral_id LIMIT 1) v ON true
       WHERE i.run_id = :run_id GROUP BY 1"""
)


async def record_run(tx: Transaction, run: DisposalRun) -> None:
    """A run whose list is still to be made."""
    await tx.execute(
        disposal_run.insert().values(
            run_id=run.run_id, partnership=run.partnership, opened_by=run.opened_by, opened_at=run.opened_at
        )
    )
    await wake(tx, DISPOSAL)


async def find_run(tx: Transaction, run_id: UUID) -> DisposalRun | None:
    """A run, whosever it is."""
    row = (await tx.execute(select(disposal_run).where(disposal_run.c.run_id == run_id))).one_or_none()
    return _run(row) if row is not None else None


async def list_runs(
    tx: Transaction, partnership: str, *, before: tuple[datetime, UUID], limit: int
) -> list[DisposalRun]:
    """A partnership's runs, newest first, opened before the one that was seen last."""
    opened_at, run_id = before
    rows = await tx.execute(
        _RUNS, {"partnership": partnership, "before_opened_at": opened_at, "before_run_id": run_id, "limit": limit}
    )
    return [_run(row) for row in rows]


async def count_items(tx: Transaction, run_id: UUID) -> dict[str, int]:
    """How many referrals of a run are in each state."""
    return {row.state: row.referrals for row in await tx.execute(_COUNTS, {"run_id": run_id})}


async def lock_unlisted_run(tx: Transaction) -> DisposalRun | None:
    """A run whose list is not complete and that nobody else works on."""
    row = (await tx.execute(_UNLISTED)).one_or_none()
    return _run(row) if row is not None else None


async def record_listed(
    tx: Transaction,
    run: DisposalRun,
    found: Mapping[UUID, Finding],
    *,
    to: tuple[datetime, UUID] | None,
    at: datetime | None,
) -> None:
    """Add what comes up and note how far the list has been made; ``at`` says that it is complete.

    A referral that another run has not settled yet stays in that one.
    """
    rows = [_row(run.run_id, referral_id, finding) for referral_id, finding in found.items()]
    if rows:
        await tx.execute(insert(disposal_item).on_conflict_do_nothing(), rows)
    closed_at, referral_id = to or run.listed_to or (None, None)
    listed = update(disposal_run).where(disposal_run.c.run_id == run.run_id)
    await tx.execute(listed.values(listed_closed_at=closed_at, listed_referral_id=referral_id, listed_at=at))


async def list_items(tx: Transaction, run_id: UUID, *, undated: bool, after: int, limit: int) -> list[ListedItem]:
    """A page of a run: those that are due, or those whose birthday nobody knows."""
    rows = await tx.execute(_PAGE, {"run_id": run_id, "undated": undated, "after": after, "limit": limit})
    return [ListedItem(_item(row), row.reference, row.edition, row.held) for row in rows]


async def lock_items(tx: Transaction, run_id: UUID, referral_ids: Collection[UUID]) -> dict[UUID, DisposalItem]:
    """Items of a run, locked in one order, as they stand now.

    Interleaving prevented: a review changes while somebody approves the one before it.
    """
    await tx.execute(_LOCK_ITEMS, {"run_id": run_id, "referral_ids": list(referral_ids)})
    return await find_items(tx, run_id, referral_ids)


async def find_items(tx: Transaction, run_id: UUID, referral_ids: Collection[UUID]) -> dict[UUID, DisposalItem]:
    """Items of a run, by referral."""
    rows = await tx.execute(_ITEM, {"run_id": run_id, "referral_ids": list(referral_ids)})
    return {row.referral_id: _item(row) for row in rows}


async def record_review(tx: Transaction, item: DisposalItem, review: DisposalReview) -> None:
    """What a person decided; the reviews before it stay."""
    await tx.execute(
        disposal_review.insert().values(
            run_id=item.run_id,
            referral_id=item.referral_id,
            edition=review.edition,
            decision=review.decision.value,
            keep_until=review.keep_until,
            reason=review.reason,
            reviewed_by=review.reviewed_by,
            reviewed_at=review.reviewed_at,
        )
    )


async def record_approvals(
    tx: Transaction, run_id: UUID, approved: Mapping[UUID, int], *, by: str, at: datetime
) -> None:
    """Somebody else agreed with these reviews."""
    reviews = {"referral_ids": list(approved), "review_ids": list(approved.values())}
    await tx.execute(_APPROVE, {"run_id": run_id, "by": by, "at": at, **reviews})
    await wake(tx, DISPOSAL)


async def list_approved(tx: Transaction, *, limit: int) -> list[tuple[UUID, UUID]]:
    """Run and referral of what is to be destroyed, in the order of the approvals."""
    return [(row.run_id, row.referral_id) for row in await tx.execute(_NEXT_APPROVED, {"limit": limit})]


async def settle_item(tx: Transaction, item: DisposalItem, *, settled_as: Settled, at: datetime) -> None:
    """What became of it, for good as far as this run goes."""
    await tx.execute(_changed(item.run_id, item.referral_id).values(settled_as=settled_as.value, settled_at=at))


def _changed(run_id: UUID, referral_id: UUID) -> Any:
    columns = disposal_item.c
    return update(disposal_item).where(and_(columns.run_id == run_id, columns.referral_id == referral_id))


def _row(run_id: UUID, referral_id: UUID, finding: Finding) -> dict[str, object]:
    return {
        "run_id": run_id,
        "referral_id": referral_id,
        "record_class": finding.record_class,
        "counted_from_kind": finding.counted_from_kind,
        "counted_from": finding.counted_from,
        "kept_through": finding.kept_through,
        "undated": finding.undated,
        "policy_version": finding.policy_version,
    }


def _run(row: Row[*tuple[Any, ...]]) -> DisposalRun:
    to = (row.listed_closed_at, row.listed_referral_id) if row.listed_referral_id is not None else None
    return DisposalRun(row.run_id, row.partnership, row.opened_by, row.opened_at, row.listed_at, to)


def _item(row: Row[*tuple[Any, ...]]) -> DisposalItem:
    return DisposalItem(
        run_id=row.run_id,
        referral_id=row.referral_id,
        finding=_finding(row),
        place=row.place,
        approved_review=row.approved_review,
        approved_by=row.approved_by,
        settled_as=Settled(row.settled_as) if row.settled_as is not None else None,
        standing=_standing(row) if row.review_id is not None else None,
    )


def _finding(row: Row[*tuple[Any, ...]]) -> Finding:
    return Finding(
        record_class=row.record_class,
        counted_from_kind=row.counted_from_kind,
        counted_from=row.counted_from,
        kept_through=row.kept_through,
        due=not row.undated,
        undated=row.undated,
        policy_version=row.policy_version,
    )


def _standing(row: Row[*tuple[Any, ...]]) -> StandingReview:
    review = DisposalReview(
        decision=DisposalDecision(row.decision),
        edition=row.reviewed_edition,
        keep_until=row.keep_until,
        reason=row.reason,
        reviewed_by=row.reviewed_by,
        reviewed_at=row.reviewed_at,
    )
    return StandingReview(row.review_id, review, frozenset(row.reviewers))
