"""What every owner has recorded, next to what has taken effect at every reader."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass

from contracts.topics import READS, Topic, topic_of
from frontdoor.client import SERVICES, Caller


@dataclass(frozen=True)
class Gap:
    """Versions of an aggregate that its owner recorded and a reader does not have (yet)."""

    owner: str
    reader: str
    aggregate: str
    has: int
    newest: int


async def gaps(caller: Caller) -> AsyncIterator[Sequence[Gap]]:
    """The gaps of one page of an owner's aggregates after another; a page without any is left out.

    An owner's page is read first and its readers are asked about exactly these aggregates, so that one page is all
    that is held, however many there are. What is recorded meanwhile is not looked at; events on their way look like
    gaps, and a second look tells them apart. All gaps of one aggregate of an owner are on one page.
    """
    for owner in SERVICES:
        async for heads in caller.pages(owner, "/operator/heads"):
            found = tuple(find_gaps(owner, heads, await _applied(caller, heads)))
            if found:
                yield found


def find_gaps(owner: str, heads: Mapping[str, int], applied: Mapping[str, Mapping[str, int]]) -> Iterable[Gap]:
    """Where a reader of an aggregate's topic has fewer versions than its owner recorded."""
    for aggregate, newest in heads.items():
        topic = topic_of_aggregate(aggregate)
        for reader, versions in applied.items():
            has = versions.get(aggregate, 0)
            if topic in READS[reader] and has < newest:
                yield Gap(owner, reader, aggregate, has, newest)


def topic_of_aggregate(aggregate: str) -> Topic:
    """The topic that carries an aggregate's events: those of ``case/…`` are triage's, of ``access/…`` everybody's."""
    return topic_of(aggregate.partition("/")[0])


async def _applied(caller: Caller, aggregates: Iterable[str]) -> Mapping[str, Mapping[str, int]]:
    """By reader, the versions in effect there; only who reads an aggregate's topic is asked about it."""
    topics = {aggregate: topic_of_aggregate(aggregate) for aggregate in aggregates}
    wanted = {
        reader: [aggregate for aggregate, topic in topics.items() if topic in READS[reader]] for reader in SERVICES
    }
    readers = [reader for reader in SERVICES if wanted[reader]]
    answers = await asyncio.gather(
        *(caller.post(reader, "/operator/applied", {"aggregates": wanted[reader]}) for reader in readers)
    )
    return dict(zip(readers, answers, strict=True))
