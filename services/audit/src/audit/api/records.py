"""One referral's entries: its journey for those who run the system, its access log for those who audit it."""

import json
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from audit import looks
from audit.access import AUDITORS
from audit.api.dependencies import Injected
from audit.looks import Visit
from audit.model import PlacedEntry
from chassis.web.access import access_purpose, unwrap
from chassis.web.auth import SignedIn
from chassis.web.service_router import ServiceRouter
from contracts.codes import Purpose

router = ServiceRouter(prefix="/v1", tags=["records"])


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
    complete_to: int = Field(
        description="Everything that the checkpoint of this size covers is here; what came later may still be missing."
    )


class ReaderEntries(BaseModel):
    """Looks of one reader, the newest first."""

    model_config = ConfigDict(frozen=True)

    reader: str
    entries: list[LogEntry]
    destroyed: int = Field(description="Looks among those that were gone through whose text, and reader, is destroyed.")
    complete_to: int = Field(description="As for one referral.")
    next: int | None = Field(description="Send it as `before` for older ones; null when there are none.")


Reader = Annotated[
    str, Path(max_length=255, pattern=r"^[\x21-\x7e]+$", description="`actor` of an entry: a subject at the issuer.")
]
Before = Annotated[int, Query(ge=0, le=2**62, description="Only looks before this place in the log.")]


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
    return _entries(referral_id, journey.entries, journey.complete_to, with_content=journey.with_content)


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
    entries, complete_to = unwrap(result)
    return _entries(referral_id, entries, complete_to, with_content=True)


@router.get("/access-log/readers/{reader}", summary="What one reader looked at, exported and was refused")
async def read_looks_of(
    reader: Reader,
    dependencies: Injected,
    principal: SignedIn,
    purpose: Annotated[Purpose, Depends(access_purpose)],
    before: Before = 2**62,
) -> ReaderEntries:
    """For auditors and Caldicott guardians of the partnership, with ``Access-Purpose: audit``; itself recorded.

    One request goes through a bounded number of looks: a page may be empty and have a ``next`` all the same.
    """
    visit = Visit(principal, purpose, dependencies.clock.now())
    async with dependencies.db.transaction() as tx:
        result = await looks.read_looks_of(tx, reader, before, visit)
    found, complete_to = unwrap(result)
    return ReaderEntries(
        reader=reader,
        entries=_log_entries(found.entries),
        destroyed=found.destroyed,
        complete_to=complete_to,
        next=found.next,
    )


def _entries(referral_id: UUID, placed: Sequence[PlacedEntry], complete_to: int, *, with_content: bool) -> Entries:
    kept = _log_entries(placed)
    if not with_content:
        for entry in kept:
            entry.event.pop("data", None)
    return Entries(referral_id=referral_id, entries=kept, destroyed=len(placed) - len(kept), complete_to=complete_to)


def _log_entries(placed: Sequence[PlacedEntry]) -> list[LogEntry]:
    """Those whose text is kept."""
    return [
        LogEntry(leaf_index=each.leaf_index, event=json.loads(each.opening.entry))
        for each in placed
        if each.opening is not None
    ]
