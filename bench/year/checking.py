"""What must hold at the end of a year: the checks of the fault campaigns, with those that must bear a year's size."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, Final
from uuid import UUID

import asyncpg
from sqlalchemy.engine import make_url

from bench.year.counts import Reach
from bench.year.sender import Acknowledged
from tests.chaos.checker import Checker, Promised
from tests.chaos.databases import SERVICES, SHOWN, Databases, say

_PENDING_DELIVERY: Final = "SELECT FROM delivery WHERE state = 'pending' LIMIT 1"
_NOT_YET_DUE: Final = """
    SELECT clock_timestamp() FROM delivery
    WHERE state = 'pending' AND greatest(next_attempt_at, leased_until) > now() LIMIT 1"""
_PENDING_ENTRY: Final = "SELECT FROM pending LIMIT 1"
_WITHDRAWN: Final = "SELECT referral_id FROM withdrawal"
_EVENTS: Final = "SELECT event_id, version FROM event ORDER BY event_id"
_ENTRIES: Final = "SELECT event_id, version FROM entry ORDER BY event_id"
_OUT_OF_ORDER: Final = """
    SELECT subject FROM (SELECT subject, version,
        row_number() OVER (PARTITION BY subject ORDER BY leaf_index) AS nth FROM entry) e
    WHERE nth <> version LIMIT 100"""
_AT_ONCE: Final = 5_000

Place = tuple[UUID, int]


class YearChecker(Checker):
    """Asks ``reach`` what is on its way, and walks through log and histories side by side instead of holding them."""

    def __init__(self, admin_url: str, audit_url: str, reach: Callable[[], Awaitable[Reach]]) -> None:
        super().__init__(Databases(admin_url), audit_url)
        self._admin_url = admin_url
        self._reach = reach

    verifier_seconds = 4 * 3600

    async def settled(self) -> bool:
        """True when no notice waits, no event is on its way, and that twice: a delivery makes new events."""
        for _ in range(2):
            if await self._databases.rows("agency_notify", _PENDING_DELIVERY):
                return False
            if not (await self._reach()).is_quiet or await self._databases.rows("audit", _PENDING_ENTRY):
                return False
        return True

    async def progress(self) -> object:
        """Figures that differ as long as anything is worked on, without counting tables."""
        return await self._reach(), await self._databases.rows("agency_notify", _NOT_YET_DUE)

    async def withdrawals(self, acknowledged: Acknowledged) -> list[str]:
        """Every withdrawal that was acknowledged is kept, once."""
        kept = await self._databases.counts("referral_intake", _WITHDRAWN)
        twice = [referral_id for referral_id, count in kept.items() if count > 1]
        return [
            *say("withdrawn and acknowledged, but lost", set(acknowledged.withdrawn) - set(kept)),
            *say("withdrawn twice", twice),
        ]

    async def everything(self, acknowledged: Acknowledged) -> list[str]:
        """All that is wrong; empty after a good year."""
        promised: Promised = acknowledged
        return [*await self.violations(promised), *await self.withdrawals(acknowledged)]

    async def log(self) -> list[str]:
        """Every event of every service is one entry of the log, once, and aggregates are in order there."""
        missing, surplus = await self._differences()
        disorder = await self._databases.set_of("audit", _OUT_OF_ORDER)
        return [
            *say("missing from the log", missing),
            *say("in the log but recorded nowhere, or twice", surplus),
            *say("out of order in the log", disorder),
        ]

    async def _differences(self) -> tuple[list[Place], list[Place]]:
        """A few of what only the services have, and of what only the log has; both sides are read in one order."""
        async with AsyncExitStack() as ending:
            events = merged([await self._rows(service, _EVENTS, ending) for service in SERVICES])
            return await differences(events, await self._rows("audit", _ENTRIES, ending))

    async def _rows(self, service: str, sql: str, ending: AsyncExitStack) -> AsyncIterator[Place]:
        url = make_url(self._admin_url).set(database=service).render_as_string(hide_password=False)
        connection = await asyncpg.connect(url)
        ending.push_async_callback(connection.close)
        await ending.enter_async_context(connection.transaction(readonly=True))
        return _places(connection.cursor(sql, prefetch=_AT_ONCE))


async def _places(cursor: Any) -> AsyncIterator[Place]:
    async for row in cursor:
        yield row[0], row[1]


async def merged(sorted_streams: list[AsyncIterator[Place]]) -> AsyncIterator[Place]:
    """The streams as one, in their order."""
    heads: dict[int, Place] = {}
    for number, stream in enumerate(sorted_streams):
        await _advance(heads, number, stream)
    while heads:
        number = min(heads, key=lambda each: heads[each])
        yield heads[number]
        await _advance(heads, number, sorted_streams[number])


async def _advance(heads: dict[int, Place], number: int, stream: AsyncIterator[Place]) -> None:
    try:
        heads[number] = await anext(stream)
    except StopAsyncIteration:
        heads.pop(number, None)


async def differences(left: AsyncIterator[Place], right: AsyncIterator[Place]) -> tuple[list[Place], list[Place]]:
    """The first few of what only one side has, each as often as it has it more; both sides are sorted."""
    only_left: list[Place] = []
    only_right: list[Place] = []
    one, other = await anext(left, None), await anext(right, None)
    while (one is not None or other is not None) and max(len(only_left), len(only_right)) < SHOWN:
        if one == other:
            one, other = await anext(left, None), await anext(right, None)
        elif other is None or (one is not None and one < other):
            assert one is not None, "not both are at their end"
            only_left.append(one)
            one = await anext(left, None)
        else:
            only_right.append(other)
            other = await anext(right, None)
    return only_left, only_right
