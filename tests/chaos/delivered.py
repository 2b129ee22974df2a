"""What must hold of delivery: every event was sent, applied by every reader and put into the log, once, in order."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from chassis.delivery.messages import referral_of
from tests.chaos.databases import READS, Databases, say

_GAPS: Final = "SELECT aggregate FROM event GROUP BY 1 HAVING max(version) <> count(*) OR min(version) <> 1"
_DISORDER: Final = """
    SELECT aggregate FROM (SELECT aggregate, version,
        row_number() OVER (PARTITION BY aggregate ORDER BY id) AS nth FROM event) e WHERE nth <> version"""
_UNSENT: Final = "SELECT aggregate FROM event WHERE published_at IS NULL"
_PARKED: Final = """
    SELECT coalesce(aggregate, error_class || ' in ' || topic) FROM parked
    WHERE settled_at IS NULL AND coalesce(key, '') <> ALL($1::bytea[])"""
_HEADS: Final = """
    SELECT aggregate, max(version) FROM event WHERE topic = ANY($1) AND key <> ALL($2::bytea[]) GROUP BY 1"""
_LOG_DISORDER: Final = """
    SELECT subject FROM (SELECT subject, version,
        row_number() OVER (PARTITION BY subject ORDER BY leaf_index) AS nth FROM entry) e WHERE nth <> version"""
_PROGRESS: Final = """
    SELECT (SELECT count(*) FROM event WHERE published_at IS NOT NULL),
           (SELECT coalesce(sum(version), 0) FROM applied),
           (SELECT coalesce(sum(next_offset), 0) FROM position),
           (SELECT count(*) FROM parked WHERE settled_at IS NOT NULL)"""
_OF_ITS_OWN: Final = {
    # A notice may wait for its next attempt, or for the lease of a worker that was killed: time itself is progress.
    "agency_notify": """
        SELECT (SELECT count(*) FROM attempt),
               (SELECT max(clock_timestamp()) FROM delivery
                WHERE state = 'pending' AND greatest(next_attempt_at, leased_until) > now())""",
    "audit": "SELECT coalesce(max(leaf_index), 0) FROM entry",
}


@dataclass(frozen=True)
class Foreign:
    """What others than the services wrote.

    Nobody has to follow what comes under ``keys``. ``entries`` are ids and versions that the log had to believe;
    ``given_up`` are those that an operator gave up.
    """

    keys: Collection[bytes] = ()
    entries: Collection[tuple[UUID, int]] = ()
    given_up: Collection[tuple[UUID, int]] = ()

    @property
    def referrals(self) -> frozenset[UUID]:
        """The referrals that such keys name."""
        return frozenset(referral_of(key) for key in self.keys)


class Delivered:
    """Reads the databases. Each method returns what it found wrong, in plain words."""

    def __init__(self, databases: Databases, *, foreign: Foreign | None = None) -> None:
        self._databases = databases
        self._foreign = foreign or Foreign()

    async def delivery(self) -> list[str]:
        """Everything that is wrong."""
        return [*await self.histories(), *await self.readers(), *await self.log()]

    async def histories(self) -> list[str]:
        """In every service each aggregate's versions run from 1 without gap, in the order of the rows, all sent.

        And nothing of ours is parked.
        """
        foreign = list(self._foreign.keys)
        found: list[str] = []
        for service in self._databases.services:
            found += [
                *say(f"{service}: versions with a gap", await self._databases.set_of(service, _GAPS)),
                *say(f"{service}: out of order", await self._databases.set_of(service, _DISORDER)),
                *say(f"{service}: never sent", await self._databases.set_of(service, _UNSENT)),
                *say(f"{service}: parked", await self._databases.set_of(service, _PARKED, foreign)),
            ]
        return found

    async def readers(self) -> list[str]:
        """Every reader has applied every event of its topics, up to the newest version."""
        found: list[str] = []
        for reader in self._databases.services:
            applied = dict(await self._databases.pairs(reader, "SELECT aggregate, version FROM applied"))
            for owner in self._databases.services:
                heads = await self._databases.pairs(owner, _HEADS, list(READS[reader]), list(self._foreign.keys))
                behind = [aggregate for aggregate, version in heads if applied.get(aggregate, 0) != version]
                found += say(f"{reader} has not applied what {owner} recorded", behind)
        return found

    async def log(self) -> list[str]:
        """Every event of every service is one entry of the log, once, and aggregates are in order there."""
        ours, foreign = await self._events("key <> ALL($1)"), await self._events("key = ANY($1)")
        foreign.update(self._foreign.entries)
        entries = Counter(await self._databases.pairs("audit", "SELECT event_id, version FROM entry"))
        disorder = await self._databases.set_of("audit", _LOG_DISORDER)
        return [
            *say("missing from the log", (ours - entries - Counter(self._foreign.given_up)).keys()),
            *say("in the log but recorded nowhere, or twice", (entries - ours - foreign).keys()),
            *say("out of order in the log", disorder),
        ]

    async def _events(self, of_key: str) -> Counter[Any]:
        """Every event of every service under keys that are foreign, or are not."""
        sql = f"SELECT event_id, version FROM event WHERE {of_key}"
        keys = list(self._foreign.keys)
        found = [await self._databases.pairs(service, sql, keys) for service in self._databases.services]
        return Counter(event for events in found for event in events)

    async def settled(self) -> bool:
        """True when nothing is on its way any more, neither events nor notices, whose delivery makes new events."""
        if not await self._all_notices_delivered():
            return False
        for service in self._databases.services:
            if await self._databases.rows(service, f"{_UNSENT} LIMIT 1"):
                return False
        if await self.readers() or await self._databases.rows("audit", "SELECT FROM pending LIMIT 1"):
            return False
        return await self._all_notices_delivered()

    async def progress(self) -> object:
        """Figures that differ as long as anything is worked on."""
        figures = [tuple(*await self._databases.rows(service, _PROGRESS)) for service in self._databases.services]
        own = [service for service in self._databases.services if service in _OF_ITS_OWN]
        return [*figures, *[tuple(*await self._databases.rows(service, _OF_ITS_OWN[service])) for service in own]]

    async def _all_notices_delivered(self) -> bool:
        """True when every notice was taken or given up on every channel."""
        if "agency_notify" not in self._databases.services:
            return True
        return not await self._databases.rows("agency_notify", "SELECT FROM delivery WHERE state = 'pending' LIMIT 1")
