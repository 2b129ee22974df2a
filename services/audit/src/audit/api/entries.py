"""Entries with their salts, page by page, for auditors who verify their partnership's part of the log."""

from base64 import b64encode
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from audit import looks, store
from audit.access import AUDITORS
from audit.api.dependencies import Injected
from audit.api.log import BYTES, TEXT
from audit.entry_store import Page
from audit.errors import NotInLog
from audit.looks import Visit
from audit.merkle import HASH_BYTES
from audit.tiles import find_name
from chassis.web.access import access_purpose, unwrap
from chassis.web.auth import Principal, SignedIn, signed_in_as
from chassis.web.service_router import ServiceRouter
from contracts.codes import Purpose

router = ServiceRouter(prefix="/v1", tags=["entries"])

Auditor = Annotated[Principal, Depends(signed_in_as(*sorted(AUDITORS)))]


class OpenedEntry(BaseModel):
    """An entry's exact text and its salt (base64): what its leaf commits to."""

    model_config = ConfigDict(frozen=True)

    leaf_index: int
    salt: str
    entry: str


class DestroyedEntry(BaseModel):
    """An entry whose text and salt were destroyed, and which version of what it was; the leaf no longer proves it."""

    model_config = ConfigDict(frozen=True)

    leaf_index: int
    referral_id: UUID
    subject: str
    version: int


class EntryPage(BaseModel):
    """The entries of one partnership among some leaves."""

    model_config = ConfigDict(frozen=True)

    first: int
    next: int | None = Field(description="Where the next page begins; null after the last signed leaf.")
    entries: list[OpenedEntry]
    destroyed: list[DestroyedEntry]


@router.get("/entries/{first}", summary="Entries and salts from a leaf on")
async def read_entries(
    first: Annotated[int, Path(ge=0, le=2**62)],
    dependencies: Injected,
    principal: SignedIn,
    purpose: Annotated[Purpose, Depends(access_purpose)],
) -> EntryPage:
    """For auditors and Caldicott guardians, with ``Access-Purpose: audit``: those of their own partnership and of none.

    Which leaves were looked through is recorded, before the page leaves.
    """
    visit = Visit(principal, purpose, dependencies.clock.now())
    async with dependencies.db.transaction() as tx:
        result = await looks.read_page(tx, first, visit)
    page, size = unwrap(result)
    return _page(page, size)


@router.get("/former-log/checkpoint", summary="The last checkpoint of the log before this one", response_class=Response)
async def read_former_checkpoint(dependencies: Injected, _: Auditor) -> Response:
    """For auditors and Caldicott guardians. 404 for a log that began with itself."""
    async with dependencies.db.transaction() as tx:
        former = await store.find_checkpoint(tx, former=True)
    if former is None:
        raise NotInLog
    return Response(former.note, media_type=TEXT)


@router.get("/former-log/tile/{path:path}", summary="A tile of the log before this one", response_class=Response)
async def read_former_tile(path: str, dependencies: Injected, _: Auditor) -> Response:
    """For auditors and Caldicott guardians: hashes only. The entries they are of follow the first one of this log."""
    name = find_name(f"tile/{path}")
    if name is None or name.level is None:
        raise NotInLog
    async with dependencies.db.transaction() as tx:
        former = await store.find_checkpoint(tx, former=True)
        if former is None or not name.is_within(former.size):
            raise NotInLog
        tiles = await store.read_tiles(tx, [(name.level, name.index)], former=True)
    body = tiles[(name.level, name.index)][: name.width * HASH_BYTES]
    return Response(body, media_type=BYTES)


def _page(page: Page, size: int) -> EntryPage:
    return EntryPage(
        first=page.first,
        next=page.end if page.end < size else None,
        entries=[
            OpenedEntry(
                leaf_index=entry.leaf_index,
                salt=b64encode(entry.opening.salt).decode(),
                entry=entry.opening.entry.decode(),
            )
            for entry in page.entries
            if entry.opening is not None
        ],
        destroyed=[
            DestroyedEntry(
                leaf_index=entry.leaf_index, referral_id=entry.referral_id, subject=entry.subject, version=entry.version
            )
            for entry in page.entries
            if entry.opening is None
        ],
    )
