"""One referral's entries: its journey for those who run the system, its access log for those who audit it."""

import json
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from audit import handlers
from audit.api.dependencies import Injected
from audit.model import PlacedEntry
from chassis.web.access import access_purpose, unwrap
from chassis.web.auth import SignedIn
from contracts.codes import Purpose

router = APIRouter(prefix="/v1", tags=["records"])


class LogEntry(BaseModel):
    """One leaf: its place in the log, and the event as CloudEvents' JSON format writes it."""

    model_config = ConfigDict(frozen=True)

    leaf_index: int
    event: dict[str, Any] = Field(description="type, source, subject, sequence, time, traceparent, data and so on.")


class Entries(BaseModel):
    """Entries of one referral, in the order of time."""

    model_config = ConfigDict(frozen=True)

    referral_id: UUID
    entries: list[LogEntry]


@router.get("/journeys/{referral_id}", summary="Everything that happened to one referral")
async def read_journey(referral_id: UUID, dependencies: Injected, principal: SignedIn) -> Entries:
    """Through every service, for operators (any partnership), auditors and Caldicott guardians (their own)."""
    async with dependencies.db.transaction() as tx:
        placed = await handlers.read_journey(tx, referral_id, principal)
    return _entries(referral_id, placed)


@router.get("/access-log", summary="Who looked at what is held about one referral")
async def read_access_log(
    referral_id: UUID,
    dependencies: Injected,
    principal: SignedIn,
    purpose: Annotated[Purpose, Depends(access_purpose)],
) -> Entries:
    """For auditors and Caldicott guardians of the partnership, with ``Access-Purpose: audit``; itself recorded."""
    now = dependencies.clock.now()
    async with dependencies.db.transaction() as tx:
        result = await handlers.read_access_log(tx, referral_id, principal, purpose=purpose, now=now)
    return _entries(referral_id, unwrap(result))


def _entries(referral_id: UUID, placed: Sequence[PlacedEntry]) -> Entries:
    entries = [LogEntry(leaf_index=entry.leaf_index, event=json.loads(entry.body)) for entry in placed]
    return Entries(referral_id=referral_id, entries=entries)
