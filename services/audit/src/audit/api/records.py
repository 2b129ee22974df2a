"""One referral's entries: its journey for those who run the system, its access log for those who audit it."""

import json
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from audit import looks
from audit.access import AUDITORS
from audit.api.dependencies import Injected
from audit.looks import Visit
from audit.model import PlacedEntry
from chassis.web.access import access_purpose, unwrap
from chassis.web.auth import SignedIn
from contracts.codes import Purpose

router = APIRouter(prefix="/v1", tags=["records"])


class LogEntry(BaseModel):
    """One entry: its place in the log, and the event as CloudEvents' JSON format writes it."""

    model_config = ConfigDict(frozen=True)

    leaf_index: int
    event: dict[str, Any] = Field(description="type, source, subject, sequence, time, traceparent, data and so on.")


class Entries(BaseModel):
    """Entries of one referral, in the order of time."""

    model_config = ConfigDict(frozen=True)

    referral_id: UUID
    entries: list[LogEntry]
    destroyed: int = Field(description="How many more there were, whose text was destroyed.")


@router.get("/journeys/{referral_id}", summary="Everything that happened to one referral")
async def read_journey(referral_id: UUID, dependencies: Injected, principal: SignedIn) -> Entries:
    """Through every service; this look is recorded first.

    Auditors and Caldicott guardians of the partnership see the events; operators, of any partnership, see them without
    `data`: which step, where, when and in which trace.
    """
    purpose = Purpose.AUDIT if principal.has_role(*AUDITORS) else None
    visit = Visit(principal, purpose, dependencies.clock.now())
    async with dependencies.db.transaction() as tx:
        result = await looks.read_journey(tx, referral_id, visit)
    journey = unwrap(result)
    return _entries(referral_id, journey.entries, with_content=journey.with_content)


@router.get("/access-log", summary="Who looked at what is held about one referral")
async def read_access_log(
    referral_id: UUID,
    dependencies: Injected,
    principal: SignedIn,
    purpose: Annotated[Purpose, Depends(access_purpose)],
) -> Entries:
    """For auditors and Caldicott guardians of the partnership, with ``Access-Purpose: audit``; itself recorded.

    Beside the looks at this referral it holds exports of the log that an entry of it was in.
    """
    visit = Visit(principal, purpose, dependencies.clock.now())
    async with dependencies.db.transaction() as tx:
        result = await looks.read_access_log(tx, referral_id, visit)
    return _entries(referral_id, unwrap(result), with_content=True)


def _entries(referral_id: UUID, placed: Sequence[PlacedEntry], *, with_content: bool) -> Entries:
    kept = [(each.leaf_index, json.loads(each.opening.entry)) for each in placed if each.opening is not None]
    if not with_content:
        for _, event in kept:
            event.pop("data", None)
    return Entries(
        referral_id=referral_id,
        entries=[LogEntry(leaf_index=index, event=event) for index, event in kept],
        destroyed=len(placed) - len(kept),
    )
