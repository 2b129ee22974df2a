"""The public log by C2SP tlog-tiles: checkpoint, key, tiles and entry bundles, for anybody without asking."""

from typing import Final

from fastapi import APIRouter, Response

from audit import store
from audit.api.dependencies import Injected
from audit.errors import NotInLog
from audit.merkle import HASH_BYTES
from audit.tiles import TileName, encode_bundle, find_name
from audit.witnesses.store import cosigned
from chassis.db import Transaction

router = APIRouter(tags=["log"])

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


@router.get("/tile/{path:path}", summary="A tile of the tree, or a bundle of entries", response_class=Response)
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
        return encode_bundle(await store.read_bundle(tx, name))
    tiles = await store.read_tiles(tx, [(name.level, name.index)])
    return tiles[(name.level, name.index)][: name.width * HASH_BYTES]
