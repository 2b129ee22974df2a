"""The public log by C2SP tlog-tiles: checkpoint, key, tiles and bundles of leaves, for anybody without asking.

Nothing here may depend on what an entry says: leaves are commitments of one length, and are found by place alone.
"""

from base64 import b64encode
from typing import Final

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from audit import entry_store, store
from audit.api.dependencies import Injected
from audit.errors import NotInLog
from audit.merkle import HASH_BYTES
from audit.tiles import TileName, encode_bundle, find_name
from audit.witnesses.store import cosigned
from chassis.db import Transaction
from chassis.web.service_router import ServiceRouter

router = ServiceRouter(tags=["log"])

TEXT: Final = "text/plain; charset=utf-8"
BYTES: Final = "application/octet-stream"
FOR_GOOD: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
A_MOMENT: Final = {"Cache-Control": "public, max-age=1"}


@router.get("/checkpoint", summary="The signed size and root of the log", response_class=Response)
async def read_checkpoint(dependencies: Injected) -> Response:
    """The last checkpoint, as a C2SP signed note, with the cosignatures that witnesses have made of it so far."""
    async with dependencies.db.transaction() as tx:
        note = await cosigned(tx, await store.get_checkpoint(tx))
    return Response(note, media_type=TEXT, headers=A_MOMENT)


@router.get("/key", summary="The key that checkpoints are signed with", response_class=Response)
async def read_key(dependencies: Injected) -> Response:
    """The verifier key as signed notes write it. Keep a copy: a key that comes with the log proves little."""
    return Response(f"{dependencies.key}\n", media_type=TEXT)


class Predecessor(BaseModel):
    """The log's first entry and its salt: it names the last checkpoint of the log that went before this one."""

    model_config = ConfigDict(frozen=True)

    salt: str = Field(description="In base64.")
    entry: str = Field(
        description=(
            "The entry's exact text; `data.checkpoint` is the former log's signed note. With `data.leaves_kept` the "
            "leaves that follow are that log's own."
        )
    )


@router.get("/predecessor", summary="The log that went before this one")
async def read_predecessor(dependencies: Injected) -> Predecessor:
    """The one entry that is open to everybody: what it says was public before. 404 for a log that began with itself."""
    async with dependencies.db.transaction() as tx:
        found = await entry_store.find_continued(tx)
        signed = found is not None and (await store.get_checkpoint(tx)).size > 0
    if not signed or found is None or found.opening is None:
        raise NotInLog
    return Predecessor(salt=b64encode(found.opening.salt).decode(), entry=found.opening.entry.decode())


@router.get("/tile/{path:path}", summary="A tile of the tree, or a bundle of leaves", response_class=Response)
async def read_tile(path: str, dependencies: Injected) -> Response:
    """Only what the last checkpoint covers exists. It never changes, so it may be kept for good."""
    name = find_name(f"tile/{path}")
    if name is None:
        raise NotInLog
    async with dependencies.db.transaction() as tx:
        body = await _read(tx, name)
    return Response(body, media_type=BYTES, headers=FOR_GOOD)


async def _read(tx: Transaction, name: TileName) -> bytes:
    if not name.is_within((await store.get_checkpoint(tx)).size):
        raise NotInLog
    if name.level is None:
        return encode_bundle(await store.read_leaves(tx, name))
    tiles = await store.read_tiles(tx, [(name.level, name.index)])
    return tiles[(name.level, name.index)][: name.width * HASH_BYTES]
