"""Receipts: what came of attempts is written together, and nobody pays for a neighbour that cannot be written."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final
from uuid import UUID

from agency_notify.errors import NoSuchNotice
from agency_notify.handlers.delivering import Attempted
from agency_notify.model import DeliveryState
from chassis import telemetry
from chassis.db import DatabaseUnavailable

GATHER_SECONDS: Final = 0.02
"""What ends within so long is written in one transaction; so is all that ends while one is being written."""

log = telemetry.logger(__name__)

Written = Mapping[UUID, DeliveryState | None]
Write = Callable[[Sequence[Attempted], bool], Awaitable[Written]]
"""Writes what came of attempts in a transaction of its own. The flag says whether to wait for notices that others hold;
without it those are left out.
"""


class Receipts:
    """Contract.

    - Each caller is answered after the COMMIT of its own attempt.
    - When a batch cannot be written, each attempt is written alone: only one that fails alone fails.
    - A notice that somebody else holds keeps no other attempt waiting: what is about it is written alone, afterwards.
    """

    def __init__(self, write: Write) -> None:
        self._write = write
        self._waiting: list[tuple[Attempted, asyncio.Future[DeliveryState | None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def record(self, attempted: Attempted) -> DeliveryState | None:
        """The delivery's state once it is written; None when its lease had run out.

        Raises ``DatabaseUnavailable``, and whatever keeps this very attempt from being written.
        """
        written: asyncio.Future[DeliveryState | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((attempted, written))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())
        return await written

    async def _write_all(self) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        while self._waiting:
            batch, self._waiting = self._waiting, []
            await self._write_batch(batch)

    async def _write_batch(self, batch: Sequence[tuple[Attempted, asyncio.Future[DeliveryState | None]]]) -> None:
        """Answers everybody, whatever happens."""
        try:
            written = await self._write([attempted for attempted, _ in batch], False) if len(batch) > 1 else {}
        except DatabaseUnavailable as error:
            for _, answer in batch:
                _fail(answer, error)
            return
        except Exception as error:
            log.warning("attempts could not be recorded together, each is recorded alone", error=type(error).__name__)
            written = {}
        for attempted, answer in batch:
            if attempted.delivery.delivery_id in written:
                _answer(answer, written[attempted.delivery.delivery_id])
            else:
                await self._write_alone(attempted, answer)

    async def _write_alone(self, attempted: Attempted, answer: asyncio.Future[DeliveryState | None]) -> None:
        try:
            written = await self._write([attempted], True)
            if attempted.delivery.delivery_id not in written:
                raise NoSuchNotice
        except Exception as error:
            _fail(answer, error)
        else:
            _answer(answer, written[attempted.delivery.delivery_id])


def _answer(answer: asyncio.Future[DeliveryState | None], state: DeliveryState | None) -> None:
    if not answer.done():  # anyone who waited may have been cancelled
        answer.set_result(state)


def _fail(answer: asyncio.Future[DeliveryState | None], error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
