"""How many events were recorded and applied, by topic: numbers alone, so that asking costs the same however many."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from contracts.topics import READS, TOPICS
from frontdoor.client import SERVICES, Caller


@dataclass(frozen=True)
class Totals:
    """Events by topic: what all owners recorded, and what is in effect at each reader."""

    recorded: Mapping[str, int]
    applied: Mapping[str, Mapping[str, int]]

    def behind(self, reader: str) -> int:
        """How many events a reader does not have. Which they are, ``republish --dry-run`` finds.

        A reader that is ahead of an owner whose database was restored hides as many events of the same topic.
        """
        has = self.applied[reader]
        return sum(max(0, self.recorded[topic.name] - has.get(topic.name, 0)) for topic in READS[reader])


async def ask_totals(caller: Caller) -> Totals:
    """Ask everybody once. Events on their way count as missing."""
    answers = await asyncio.gather(*(caller.get(service, "/operator/totals") for service in SERVICES))
    return Totals(
        recorded={topic.name: sum(said["recorded"].get(topic.name, 0) for said in answers) for topic in TOPICS},
        applied={service: said["applied"] for service, said in zip(SERVICES, answers, strict=True)},
    )
