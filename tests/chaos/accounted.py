"""What became of poison: at every reader of its topic each record is kept with a name, or followed; none is lost."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from chassis.delivery.parking import BEHIND
from tests.chaos.databases import READS, Databases, say
from tests.chaos.poison import Poison
from tests.chaos.spoiling import Fate

_PARKED: Final = "SELECT topic, coalesce(key, ''), coalesce(data, ''), error_class FROM parked"
_WAITING: Final = """
    SELECT id, topic, coalesce(key, '') AS key, coalesce(data, '') AS data, error_class FROM parked
    WHERE settled_at IS NULL ORDER BY id"""

Bytes = tuple[str, bytes, bytes]


class Accounted:
    """Reads the databases. Records are recognised by topic, key and value, every byte of them."""

    def __init__(self, databases: Databases, sent: Sequence[Poison]) -> None:
        self._databases = databases
        self._sent = sent

    async def violations(self) -> list[str]:
        """Poison that is nowhere, or nameless, and unknown types that are held up."""
        found: list[str] = []
        for reader in self._databases.services:
            found += await self._unaccounted(reader)
        return found

    async def by_name(self) -> dict[str, dict[str, int]]:
        """For each reader how many records are parked under which name, ours and poison."""
        return {
            reader: dict(await self._databases.counts(reader, "SELECT error_class FROM parked ORDER BY 1"))
            for reader in self._databases.services
        }

    async def on_live_keys(self, reader: str) -> list[int]:
        """The numbers of what poison still blocks of our own referrals at a reader."""
        live = {_bytes_of(record) for record in self._sent if record.live is not None}
        waiting = await self._databases.rows(reader, _WAITING)
        return [row["id"] for row in waiting if (row["topic"], row["key"], row["data"]) in live]

    async def _unaccounted(self, reader: str) -> list[str]:
        rows = await self._databases.rows(reader, _PARKED)
        parked = Counter((row[0], row[1], row[2]) for row in rows)
        applied = dict(await self._databases.pairs(reader, "SELECT aggregate, version FROM applied"))
        nameless = [row[0] for row in rows if not row[3]]
        waited = {(row[0], row[1], row[2]) for row in rows if row[3] == BEHIND}
        lost: list[str] = []
        held_up: list[str] = []
        for record in self._of(reader):
            kept = parked[_bytes_of(record)] > 0
            parked[_bytes_of(record)] -= kept
            if kept and record.fate is Fate.FOLLOWED and not (record.live and _bytes_of(record) in waited):
                held_up.append(record.name)  # behind other poison on a key of ours it has to wait
            elif not kept and not _is_followed(record, applied):
                lost.append(record.name)
        return [
            *say(f"{reader}: poison neither parked nor followed", lost),
            *say(f"{reader}: parked, although a newer writer may write it", held_up),
            *say(f"{reader}: parked without a name", nameless),
        ]

    def _of(self, reader: str) -> Iterable[Poison]:
        return (record for record in self._sent if record.topic in READS[reader])


def _bytes_of(record: Poison) -> Bytes:
    return record.topic, record.key or b"", record.data or b""


def _is_followed(record: Poison, applied: dict[str, int]) -> bool:
    return (
        record.aggregate is not None
        and record.entry is not None
        and (applied.get(record.aggregate, 0) >= record.entry[1])
    )
