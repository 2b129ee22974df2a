"""What every owner has recorded, next to what has taken effect at every reader."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from contracts.topics import READS, TOPICS, Topic, topic_of
from frontdoor.client import SERVICES, Caller


@dataclass(frozen=True)
class Gap:
    """Versions of an aggregate that its owner recorded and a reader does not have (yet)."""

    owner: str
    reader: str
    aggregate: str
    has: int
    newest: int

    @property
    def behind(self) -> int:
        """How many events are missing."""
        return self.newest - self.has


@dataclass(frozen=True)
class Comparison:
    """Every gap, and how many events each topic's owners recorded."""

    gaps: tuple[Gap, ...]
    recorded: Mapping[str, int]

    def behind(self, reader: str) -> int:
        """How many events a reader does not have."""
        return sum(gap.behind for gap in self.gaps if gap.reader == reader)


async def compare(caller: Caller) -> Comparison:
    """Ask everybody, page by page. Events on their way look like gaps; a second look tells them apart.

    Readers are asked first, so that an event recorded meanwhile counts as a gap and never hides one. Holds the
    versions of all services at once, about 150 bytes each.
    """
    applied = {reader: await _all(caller, reader, "/operator/applied") for reader in SERVICES}
    heads = {owner: await _all(caller, owner, "/operator/heads") for owner in SERVICES}
    return Comparison(
        gaps=tuple(gap for owner in heads for gap in find_gaps(owner, heads[owner], applied)),
        recorded=count_by_topic(heads.values()),
    )


def find_gaps(owner: str, heads: Mapping[str, int], applied: Mapping[str, Mapping[str, int]]) -> Iterable[Gap]:
    """Where a reader of an aggregate's topic has fewer versions than its owner recorded."""
    for aggregate, newest in heads.items():
        topic = topic_of_aggregate(aggregate)
        for reader, versions in applied.items():
            has = versions.get(aggregate, 0)
            if topic in READS[reader] and has < newest:
                yield Gap(owner, reader, aggregate, has, newest)


def count_by_topic(heads: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Events by topic: an aggregate's newest version is the number of its events."""
    counts = {topic.name: 0 for topic in TOPICS}
    for versions in heads:
        for aggregate, newest in versions.items():
            counts[topic_of_aggregate(aggregate).name] += newest
    return counts


def topic_of_aggregate(aggregate: str) -> Topic:
    """The topic that carries an aggregate's events: those of ``case/…`` are triage's, of ``access/…`` everybody's."""
    return topic_of(aggregate.partition("/")[0])


async def _all(caller: Caller, service: str, path: str) -> dict[str, int]:
    versions: dict[str, int] = {}
    async for page in caller.pages(service, path):
        versions.update(page)
    return versions
