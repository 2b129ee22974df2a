"""What the peer of the same work writes for one referral, statement by statement, into the tables that ours has."""

from typing import Any, Final

from pydantic_core import from_json, to_json
from sqlalchemy import insert, select, text
from sqlalchemy.dialects.postgresql import insert as insert_or_leave
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.delivery.tables import event
from chassis.ids import RandomIds
from contracts.topics import topic_of
from referral_intake import decide, store
from referral_intake.accepting.model import Acceptance, Earlier
from referral_intake.accepting.prepare import repeating
from referral_intake.model import REPEAT_WITHIN, SERVICE, Answer, DatedMark, StoredAnswer
from referral_intake.store.marks import KEYED_NUMBERS
from referral_intake.tables import child, document, idempotency, referral

ids = RandomIds()

_MARK: Final = text(
    f"""INSERT INTO repeat_mark (mark, referral_id, received_at, place, numbers)
        SELECT sha256(k.key || new.mark), :referral_id, :received_at, new.place, {KEYED_NUMBERS}
        FROM (VALUES (CAST(:mark AS bytea), CAST(:place AS smallint), CAST(:first AS bytea), CAST(:second AS bytea),
                      CAST(:third AS bytea))) AS new(mark, place, first_number, second_number, third_number)
        CROSS JOIN repeat_key k"""  # built from constants
)


async def write(tx: AsyncConnection, acceptance: Acceptance) -> bytes:
    """The answer: of the referral that was written now, or of the one that its key was used for. Raises ``Problem``."""
    received = acceptance.received
    marks = [DatedMark(mark, received.received_at) for mark in acceptance.marks]
    await store.lock_marks(tx, marks)
    since = received.received_at - REPEAT_WITHIN
    found = await store.find_earlier(tx, received.referral_id, marks, since=since, before=received.received_at)
    if found is not None:
        acceptance = repeating(acceptance, await _earlier(tx, found.referral_id))
    if not await _claim(tx, acceptance):
        return await _repeated(tx, acceptance)
    await _write_referral(tx, acceptance)
    return acceptance.answer


async def _claim(tx: AsyncConnection, acceptance: Acceptance) -> bool:
    values = {
        "client_id": acceptance.sender.client_id,
        "key": acceptance.key,
        "fingerprint": acceptance.fingerprint,
        "referral_id": acceptance.received.referral_id,
        "answer": acceptance.answer,
    }
    claimed = insert_or_leave(idempotency).on_conflict_do_nothing().returning(idempotency.c.key)
    return (await tx.execute(claimed, values)).one_or_none() is not None


async def _repeated(tx: AsyncConnection, acceptance: Acceptance) -> bytes:
    columns = idempotency.c
    asked = select(columns.fingerprint, columns.referral_id, columns.answer).where(
        columns.client_id == acceptance.sender.client_id, columns.key == acceptance.key
    )
    row = (await tx.execute(asked)).one()
    stored = StoredAnswer(row.fingerprint, Answer(row.referral_id, row.answer))
    answer = decide.repeated_answer(stored, acceptance.fingerprint)
    if not isinstance(answer, Answer):
        raise answer
    return answer.body


async def _earlier(tx: AsyncConnection, referral_id: object) -> Earlier:
    columns = referral.c
    asked = select(columns.referral_id, columns.reference, columns.received_at).where(
        columns.referral_id == referral_id
    )
    return Earlier(*(await tx.execute(asked)).one())


async def _write_referral(tx: AsyncConnection, acceptance: Acceptance) -> None:
    received, sender = acceptance.received, acceptance.sender
    row = received.model_dump(
        include={
            "referral_id", "reference", "agency", "received_at", "decision_expected_by", "immediate_danger",
            "content_commitment", "previous_referral_id",
        }
    )  # fmt: skip
    missing = from_json(to_json(acceptance.told.missing))
    await tx.execute(insert(referral), {**row, "partnership": sender.partnership, "restricted": acceptance.restricted})
    kept = {"salt": acceptance.salt, "content": acceptance.document, "missing": missing}
    await tx.execute(insert(document), {"referral_id": received.referral_id, **kept})
    if received.children:
        await tx.execute(insert(child), _children(acceptance))
    if acceptance.marks:
        await tx.execute(_MARK, _marks(acceptance))
    await tx.execute(insert(event), _event(acceptance))


def _children(acceptance: Acceptance) -> list[dict[str, Any]]:
    referral_id = acceptance.received.referral_id
    return [
        {"child_id": each.child_id, "referral_id": referral_id, "place": place, "unborn": each.unborn}
        for place, each in enumerate(acceptance.received.children)
    ]


def _marks(acceptance: Acceptance) -> list[dict[str, Any]]:
    received = acceptance.received
    return [
        {
            "mark": mark.digest,
            "referral_id": received.referral_id,
            "received_at": received.received_at,
            "place": mark.place,
            **dict(zip(("first", "second", "third"), mark.numbers, strict=True)),
        }
        for mark in acceptance.marks
    ]


def _event(acceptance: Acceptance) -> dict[str, Any]:
    received = acceptance.received
    headers = {
        "ce_type": received.TYPE,
        "ce_correlationid": str(received.correlation),
        "ce_source": SERVICE,
        "ce_partnership": acceptance.sender.partnership,
        "ce_time": received.received_at.isoformat(),
    }
    return {
        "event_id": ids.new(),
        "aggregate": received.subject,
        "version": 1,
        "topic": topic_of(received.TYPE).name,
        "key": str(received.correlation).encode(),
        "headers": headers,
        "data": received.to_json(),
        "recorded_at": received.received_at,
    }
