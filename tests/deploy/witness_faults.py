"""A witness that knows more of the log than the log: what is met by a log that lost its newest history."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Final

from tests.deploy.scene import Scene

MORE: Final = 1_000_000
_SEE_MORE: Final = "UPDATE log SET size = size + ?"


@asynccontextmanager
async def the_witness_has_seen_more(scene: Scene) -> AsyncIterator[None]:
    """Its memory is ahead, and as it was again afterwards."""
    _shift(scene, MORE)
    await scene.refer()
    try:
        yield
    finally:
        _shift(scene, -MORE)


def _shift(scene: Scene, by: int) -> None:
    """The file is the witness's alone while it runs."""
    witness = scene.stack.parts["witness"]
    memory: Path = scene.stack.folder / "witness" / "cosigned.sqlite3"
    witness.stop()
    with closing(sqlite3.connect(memory)) as database, database:
        database.execute(_SEE_MORE, (by,))
    witness.start()
