"""Fetching: one request for records at a time, which may be left waiting while something else is done."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from chassis.tasks import Hint, Stop

FETCH_SECONDS: Final = 30.0
"""The client leaves its group when nobody asks it for records for two minutes."""
MAX_RECORDS: Final = 500

Fetched = Mapping[TopicPartition, Sequence[ConsumerRecord]]


class Fetching:
    """Contract.

    - A request is never cancelled: that leaks the client's counter of requests, after which it never notices again
      that nobody asks. Anyone who has waited long enough leaves it, and the next one who waits goes on with it.
    - It gives ``hint`` when it is answered, so that one wait serves for records and for everything else.
    - The broker is asked only while somebody asks us. The client by itself would ask at once for what comes next, many
      times in the time in which records gather, and each request costs the broker more than its records do.
    - A full answer says that there is more: the next request follows at once, and meanwhile the client goes on asking.
    - An answer that came while nobody waited holds records from where reading was then: after a seek it MUST be
      dropped, for records before it would be passed over.
    """

    def __init__(self, kafka: AIOKafkaConsumer, hint: Hint) -> None:
        self._kafka = kafka
        self._hint = hint
        self._asked: asyncio.Task[Fetched] | None = None

    async def wait(self, stop: Stop, seconds: float) -> Fetched:
        """Records, or none: when the time has passed, at a hint or a stop. Raises what the client does."""
        await self._ask_once(stop)
        self._kafka.resume(*self._kafka.paused())
        return await self._answered(stop, seconds)

    async def rest(self, stop: Stop, seconds: float) -> Fetched:
        """The same, asking for records of no partition: those that come were asked for before."""
        self._pause()
        await self._ask_once(stop)
        return await self._answered(stop, seconds)

    def drop(self) -> None:
        """Forget an answer that nobody has read yet."""
        self._answer()

    async def close(self) -> None:
        """When the client has stopped: nothing waits any more."""
        if self._asked is not None:
            self._asked.cancel()
            await asyncio.gather(self._asked, return_exceptions=True)

    async def _ask_once(self, stop: Stop) -> None:
        if self._asked is None:
            await self._hint.gather(stop)
            self._asked = asyncio.create_task(self._ask())
            self._asked.add_done_callback(lambda _: self._hint.give())

    async def _ask(self) -> Fetched:
        found: Fetched = await self._kafka.getmany(timeout_ms=int(FETCH_SECONDS * 1000), max_records=MAX_RECORDS)
        if not _is_full(found):
            self._pause()
        return found

    async def _answered(self, stop: Stop, seconds: float) -> Fetched:
        if self._asked is not None and not self._asked.done():
            await self._hint.wait(stop, seconds)
        return self._answer()

    def _answer(self) -> Fetched:
        if self._asked is None or not self._asked.done():
            return {}
        asked, self._asked = self._asked, None
        found = asked.result()
        if _is_full(found):
            self._hint.hurry()
        return found

    def _pause(self) -> None:
        self._kafka.pause(*self._kafka.assignment())


def _is_full(found: Fetched) -> bool:
    return sum(map(len, found.values())) >= MAX_RECORDS
