"""A campaign: referrals come in and are added to while everything is hurt in turn and poison is mixed in; then the
checker reads all of it."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from local_stack.errors import StackError
from local_stack.stack import Stack
from local_stack.tokens import TokenSource
from tests.chaos.accounted import Accounted
from tests.chaos.checker import Checker
from tests.chaos.databases import READS, Databases
from tests.chaos.delivered import Foreign
from tests.chaos.journal import Journal, Poster
from tests.chaos.local import LocalStack
from tests.chaos.nemesis import Step, Wound, carry_out
from tests.chaos.operator import Operator
from tests.chaos.poison import Poison
from tests.chaos.poisoner import Poisoner, ends_of
from tests.chaos.settling import until
from tests.chaos.stopped import Logs, started_again

EXAMPLES: Final = Path(__file__).parents[2] / "examples" / "referrals"
SENDER: Final = "wandsworth-school"
NAME: Final = {"name": "Morgan Adeyemi-Clarke"}
ADDITIONS: Final = (
    {"kind": "new-information", "referrer": NAME, "words": "The same was seen again this morning."},
    {"kind": "new-child", "referrer": NAME, "children": [{"first_name": "Wren", "date_of_birth": "2021-09-30"}]},
)
_POSITIONS: Final = "SELECT topic, partition, next_offset FROM position"


@dataclass
class Outcome:
    """What a campaign did and found."""

    journal: Journal
    wounds: list[Wound] = field(default_factory=list)
    poisoned: list[Poison] = field(default_factory=list)
    parked: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    discarded: int = 0
    settled_after_seconds: float = 0.0
    violations: list[str] = field(default_factory=list)

    @property
    def slowest(self) -> float | None:
        """Seconds of the slowest recovery; None when one never came."""
        times = [wound.steady_after_seconds for wound in self.wounds]
        return None if None in times else max((time for time in times if time is not None), default=0.0)

    def _count(self, kind: str) -> int:
        return sum(fault.kind == kind for wound in self.wounds for fault in wound.step)

    def summary(self) -> dict[str, Any]:
        """The figures, for a table or a file."""
        return {
            "posted": len(self.journal.posted),
            "acknowledged": len(self.journal.answers),
            "additions_acknowledged": len(self.journal.added),
            "attempts_without_answer": self.journal.unknown_attempts,
            "kills": self._count("kill"),
            "pauses": self._count("pause"),
            "slowest_recovery_seconds": self.slowest and round(self.slowest, 1),
            "settled_after_seconds": round(self.settled_after_seconds, 1),
            "poisoned": len(self.poisoned),
            "poisoned_by_kind": dict(sorted(Counter(record.kind for record in self.poisoned).items())),
            "poisoned_on_live_keys": sum(record.live is not None for record in self.poisoned),
            "parked_by_name": self.parked,
            "discarded_from_live_keys": self.discarded,
            "violations": self.violations,
        }


class Campaign:
    """One campaign on a running stack, which is left running."""

    def __init__(self, stack: Stack, *, seed: int, per_second: float, folder: Path) -> None:
        self._stack = stack
        self._journal = Journal(folder / "journal.jsonl")
        self._outcome = Outcome(self._journal)
        self._kafka = stack.parts["kafka"].address
        self._poisoner = Poisoner(self._kafka, seed, self._acknowledged)
        url = stack.services["referral-intake"].url
        self._poster = Poster(url, _bearer(stack), bodies(SENDER), self._journal, per_second, ADDITIONS)
        self._databases = Databases(stack.addresses()["database_url"])
        self._logs = Logs(stack.folder / "logs")

    async def run(self, steps: list[Step], *, report: Callable[[Wound], None]) -> Outcome:
        """Post, poison and hurt at the same time; then poison alone; wait until all has settled; check."""
        enough, healed = asyncio.Event(), asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._poster.run(enough))
            poisoning = tasks.create_task(self._poisoner.run(healed))
            self._outcome.wounds = await carry_out(LocalStack(self._stack), steps, report=report)
            healed.set()
            await poisoning  # on a slow machine it is still catching up, and would send beside the next
            ended = await self._poison_alone()
            enough.set()
        self._journal.close()
        self._outcome.poisoned = self._poisoner.acknowledged
        self._outcome.violations = [*ended, *await self._settle(), *await self._check()]
        return self._outcome

    def _acknowledged(self) -> list[UUID]:
        return [answer.referral_id for answer in self._journal.answers]

    async def _poison_alone(self) -> list[str]:
        """Every kind of poison while nothing is hurt: no process may end, and reading goes on behind it."""
        before = self._stack.supervisor.restarts()
        await self._poisoner.each_kind()
        found = await self._read_up_to(await ends_of(self._kafka))
        return [*found, *started_again(before, self._stack.supervisor.restarts())]

    async def _read_up_to(self, ends: Mapping[tuple[str, int], int]) -> list[str]:
        if await until(partial(self._have_read, ends), self._checker().progress):
            return []
        return ["a reader stands still in front of poison"]

    async def _have_read(self, ends: Mapping[tuple[str, int], int]) -> bool:
        for reader, topics in READS.items():
            rows = await self._databases.rows(reader, _POSITIONS)
            at = {(row["topic"], row["partition"]): row["next_offset"] for row in rows}
            if any(at.get(place, 0) < end for place, end in ends.items() if place[0] in topics):
                return False
        return True

    async def _settle(self) -> list[str]:
        """Discard what poison blocks of ours, and wait for as long as anything moves."""
        began = asyncio.get_running_loop().time()
        settled = await until(self._all_settled, self._checker().progress)
        self._outcome.settled_after_seconds = asyncio.get_running_loop().time() - began
        return [] if settled else ["nothing moves any more, and not everything is done"]

    async def _all_settled(self) -> bool:
        self._outcome.discarded += await Operator(self._stack).free_live_keys(self._accounted())
        on_live_keys = [await self._accounted().on_live_keys(service) for service in self._databases.services]
        return (
            not any(on_live_keys)
            and await self._checker().settled()
            and await self._have_read(await ends_of(self._kafka))  # poison is no event that somebody waits for
        )

    async def _check(self) -> list[str]:
        self._outcome.parked = await self._accounted().by_name()
        return [
            *await self._checker().violations(self._journal),
            *await self._accounted().violations(),
            *self._logs.ended_by_what_they_read(),
        ]

    def _accounted(self) -> Accounted:
        return Accounted(self._databases, self._poisoner.acknowledged)

    def _checker(self) -> Checker:
        poison = self._poisoner.tried
        keys = {record.key or b"" for record in poison if record.live is None}
        entries = [record.entry for record in poison if record.entry is not None]
        return Checker(self._databases, self._stack.services["audit"].url, foreign=Foreign(keys, entries))


def bodies(sender: str) -> list[dict[str, Any]]:
    """The example referrals of one sender."""
    examples = [json.loads(path.read_text("utf-8")) for path in sorted(EXAMPLES.glob("*.json"))]
    return [example["referral"] for example in examples if example["sender"] == sender]


def _bearer(stack: Stack) -> Callable[[], Any]:
    issuer = stack.addresses()["oidc_issuer"]
    source = TokenSource.for_client(issuer, SENDER, stack.keys.client_key_file(SENDER))

    async def bearer() -> Mapping[str, str]:
        try:
            return {"Authorization": f"Bearer {await asyncio.to_thread(source.token)}"}
        except StackError as error:
            raise OSError("no token now") from error

    return bearer
