"""Looks at records: written down in the same transaction as the read, before the data leaves, or not given at all."""

from dataclasses import dataclass
from typing import Annotated, Final, TypeVar
from uuid import UUID

from fastapi import Header

from chassis.db import Transaction
from chassis.delivery.events import Context, record
from chassis.web.auth import Principal
from chassis.web.description import needed
from contracts.codes import DenialReason, Purpose, RecordKind
from contracts.events import AccessDenied, RecordAccessed
from contracts.problems import FieldError, Invalid, Problem

T = TypeVar("T")


@dataclass(frozen=True)
class Look:
    """One principal's look at one record of one referral, and what for."""

    record: RecordKind
    record_id: UUID
    referral_id: UUID
    principal: Principal
    purpose: Purpose | None


async def allow(tx: Transaction, look: Look, *, context: Context) -> None:
    """Write that the look was granted. MUST be called in the transaction that reads, before anything is returned.

    When it cannot be written the transaction fails, and with it the read: nothing leaves unrecorded.
    """
    seen = RecordAccessed(**_common(look, context), accessed_at=context.now)
    await record(tx, [seen], context=context)


async def deny(tx: Transaction, look: Look, reason: DenialReason, *, context: Context, problem: Problem) -> Problem:
    """Write that the look was refused, and hand back the problem.

    The route raises it with ``unwrap`` after the transaction committed: raising it inside would undo the record.
    """
    refused = AccessDenied(**_common(look, context), reason=reason, denied_at=context.now)
    await record(tx, [refused], context=context)
    return problem


def unwrap(result: T | Problem) -> T:
    """What was read; raises when it is a problem. For use after the transaction."""
    if isinstance(result, Problem):
        raise result
    return result


def _common(look: Look, context: Context) -> dict[str, object]:
    return {
        "service": context.source,
        "referral_id": look.referral_id,
        "record": look.record,
        "record_id": look.record_id,
        "actor": look.principal.subject,
        "actor_kind": look.principal.kind,
        "agency": look.principal.agency,
        "roles": tuple(sorted(look.principal.roles)),
        "purpose": look.purpose,
    }


_PURPOSE: Final = Header(
    alias="Access-Purpose",
    description="What you need this for; it is written down with your look.",
    json_schema_extra=needed({"type": "string", "enum": [purpose.value for purpose in Purpose]}),
)


async def access_purpose(value: Annotated[str | None, _PURPOSE] = None) -> Purpose:
    """FastAPI dependency: what a person says the look is for. Raises ``Invalid``."""
    try:
        return Purpose(value or "")
    except ValueError as error:
        codes = ", ".join(purpose.value for purpose in Purpose)
        detail = f"Say what you need this for: one of {codes}"
        raise Invalid(errors=(FieldError("header:Access-Purpose", detail),)) from error
