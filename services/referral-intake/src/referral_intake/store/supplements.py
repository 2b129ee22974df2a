"""SQL of supplements and withdrawals: one referral at a time, one edition after the other."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import insert, select, text, update

from chassis.db import Transaction
from contracts.codes import SupplementKind, WithdrawalReason
from contracts.events import ChildReference, EditionFacts, ReferralSupplemented, ReferralWithdrawn
from referral_intake.model import (
    Answer,
    ClientKey,
    FollowedSupplement,
    FollowedWithdrawal,
    Missing,
    Referral,
    Sealed,
    Sender,
    StoredAnswer,
)
from referral_intake.store.questions import record_question_answered
from referral_intake.store.referrals import find_referral
from referral_intake.tables import child, document, idempotency, referral, supplement, withdrawal

_LOCK_KEY: Final = text(
    "SELECT pg_try_advisory_xact_lock(hashtextextended('idempotency/' || :client_id || '/' || :key, 0))"
)
_RECORD_CHILDREN: Final = text(
    """UPDATE child SET unborn = now.unborn
       FROM unnest(CAST(:ids AS uuid[]), CAST(:unborn AS boolean[])) AS now(child_id, unborn)
       WHERE child.child_id = now.child_id AND child.unborn <> now.unborn"""
)


async def lock_key(tx: Transaction, client_key: ClientKey) -> bool:
    """Keep the key for this transaction; False, without waiting, while anybody else works on it.

    It is the lock that accepting takes, because a key belongs to a client and not to a route.
    """
    client_id, key = client_key
    locked: bool = await tx.scalar(_LOCK_KEY, {"client_id": client_id, "key": key})
    return locked


async def find_answer(tx: Transaction, client_key: ClientKey) -> StoredAnswer | None:
    """The answer that a key, which is locked, was given."""
    client_id, key = client_key
    columns = idempotency.c
    query = select(columns.fingerprint, columns.referral_id, columns.answer).where(
        columns.client_id == client_id, columns.key == key
    )
    row = (await tx.execute(query)).one_or_none()
    return StoredAnswer(row.fingerprint, Answer(row.referral_id, row.answer)) if row is not None else None


async def lock_referral(tx: Transaction, referral_id: UUID) -> Referral | None:
    """The referral as it stands, locked until this transaction ends.

    Interleaving prevented: two supplements both read edition 4, both make an edition 5, and one of them is lost.
    Rows that only refer to the referral may still be written meanwhile.
    """
    locked = select(referral.c.referral_id).where(referral.c.referral_id == referral_id)
    if await tx.scalar(locked.with_for_update(key_share=True)) is None:
        return None
    return await find_referral(tx, referral_id)  # a statement of its own: it sees what the one before us committed


async def record_answer(tx: Transaction, client_key: ClientKey, answer: StoredAnswer) -> None:
    """Give a key, which is locked and new, its answer."""
    client_id, key = client_key
    await tx.execute(
        insert(idempotency).values(
            client_id=client_id,
            key=key,
            fingerprint=answer.fingerprint,
            referral_id=answer.answer.referral_id,
            answer=answer.answer.body,
        )
    )


async def record_edition(
    tx: Transaction, referral_id: UUID, edition: int, sealed: Sealed, *, missing: Sequence[Missing] = ()
) -> None:
    """Write an edition behind those that there are, and what it lacks. The referral must be locked."""
    places = [[item, pointer] for item, pointer, _ in missing]
    row = {"referral_id": referral_id, "edition": edition, "missing": places, **vars(sealed)}
    await tx.execute(insert(document).values(row))
    await tx.execute(update(referral).where(referral.c.referral_id == referral_id).values(edition=edition))


async def record_facts(tx: Transaction, event: ReferralSupplemented, facts: EditionFacts) -> None:
    """What the edition that stands says of the whole referral, in place of what the one before said."""
    said = {"immediate_danger": facts.immediate_danger, "previous_referral_id": facts.previous_referral_id}
    await tx.execute(update(referral).where(referral.c.referral_id == event.referral_id).values(said))
    values = {"ids": [one.child_id for one in facts.children], "unborn": [one.unborn for one in facts.children]}
    await tx.execute(_RECORD_CHILDREN, values)


async def record_supplement(tx: Transaction, event: ReferralSupplemented, sender: Sender) -> None:
    """Write what was added: that it was, never its words."""
    await tx.execute(
        insert(supplement).values(
            supplement_id=event.supplement_id,
            referral_id=event.referral_id,
            edition=event.edition,
            kind=event.kind,
            immediate_danger=event.immediate_danger,
            received_at=event.received_at,
            agency=sender.agency,
            client_id=sender.client_id,
            question_id=event.answers,
            content_commitment=event.content_commitment,
        )
    )
    if event.answers is not None:
        await record_question_answered(tx, event.answers, event.supplement_id, at=event.received_at)


async def record_withdrawal(tx: Transaction, event: ReferralWithdrawn, sender: Sender) -> None:
    """Write that a referral was taken back."""
    await tx.execute(
        insert(withdrawal).values(
            referral_id=event.referral_id,
            edition=event.edition,
            reason=event.reason,
            withdrawn_at=event.withdrawn_at,
            agency=sender.agency,
            client_id=sender.client_id,
            content_commitment=event.content_commitment,
        )
    )


async def record_children(
    tx: Transaction, referral_id: UUID, children: Sequence[ChildReference], *, first_place: int
) -> None:
    """Write children behind those that the referral has."""
    rows = [
        {"child_id": each.child_id, "referral_id": referral_id, "place": place, "unborn": each.unborn}
        for place, each in enumerate(children, first_place)
    ]
    if rows:
        await tx.execute(insert(child), rows)


async def list_supplements(tx: Transaction, referral_id: UUID) -> list[FollowedSupplement]:
    """What was added to a referral, in the order of its editions."""
    columns = supplement.c
    query = (
        select(columns.supplement_id, columns.edition, columns.kind, columns.received_at, columns.question_id)
        .where(columns.referral_id == referral_id)
        .order_by(columns.edition)
    )
    return [
        FollowedSupplement(row.supplement_id, row.edition, SupplementKind(row.kind), row.received_at, row.question_id)
        for row in await tx.execute(query)
    ]


async def find_withdrawal(tx: Transaction, referral_id: UUID) -> FollowedWithdrawal | None:
    """How a referral was taken back, if it was."""
    columns = withdrawal.c
    query = select(columns.edition, columns.reason, columns.withdrawn_at).where(columns.referral_id == referral_id)
    row = (await tx.execute(query)).one_or_none()
    return FollowedWithdrawal(row.edition, WithdrawalReason(row.reason), row.withdrawn_at) if row is not None else None
