"""One year from the first referral to the last check."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.year import figures, mix
from bench.year.checking import YearChecker
from bench.year.counts import Counts, Reach
from bench.year.kills import Killer, Timetable
from bench.year.prepare import read
from bench.year.sampler import Sample, Sampler
from bench.year.sender import Acknowledged, Sender
from bench.year.sizes import Sizes, sizes
from bench.year.staff import Budget, Team, Worked, accepting_roles
from bench.year.stage import Stage
from local_stack.checkout import PARTNERSHIPS_FOLDER
from policy.load import load_packs
from tests.chaos.databases import Databases
from tests.chaos.settling import until
from tests.chaos.stopped import Logs

WORKERS: Final = 2
"""Of each service, as a deployment has them that must bear the loss of one."""
_COUNTED: Final[Mapping[str, tuple[str, str]]] = {
    "cases opened": ("triage", 'SELECT count(*) FROM "case"'),
    "notices queued": ("agency_notify", "SELECT count(*) FROM notice"),
    "deliveries attempted": ("agency_notify", "SELECT count(*) FROM attempt"),
}
MOST_SECONDS: Final = 24 * 3600.0


@dataclass(frozen=True)
class Wanted:
    """What to run. ``kills``: at least so many, more come every two minutes; ``workers``: of each service.

    For ``rest_seconds`` before the first referral nothing comes in, and what that costs is measured.
    """

    referrals: int
    seed: int = 1
    per_second: float | None = None
    kills: int = 2
    workers: int = WORKERS
    rest_seconds: float = 10.0


@dataclass(frozen=True)
class Outcome:
    """What a year did and found."""

    wanted: Wanted
    acknowledged: Acknowledged
    worked: Worked
    samples: list[Sample]
    struck: list[tuple[float, str]]
    sent_after_seconds: float
    settled: bool
    violations: list[str]
    sizes: Sizes
    restarts: Mapping[str, int]
    at_rest: Mapping[str, float]
    counted: Mapping[str, int]
    ends: Mapping[str, int]

    def summary(self) -> dict[str, Any]:
        """The figures."""
        return {
            "referrals": self.wanted.referrals,
            "accepted": len(self.acknowledged.answers),
            "supplements_accepted": len(self.acknowledged.added),
            "withdrawals_accepted": len(self.acknowledged.withdrawn),
            "refused": len(self.acknowledged.refused),
            "sent_again": self.acknowledged.sent_again,
            "last_accepted_after_seconds": round(self.sent_after_seconds, 1),
            "settled_after_seconds": self.samples[-1].second,
            "settled": self.settled,
            "referrals_per_second": round(len(self.acknowledged.answers) / self.samples[-1].second, 1),
            "cost": figures.cost(self.samples, len(self.acknowledged.answers)),
            "at_rest_share_of_a_core": {"all": round(sum(self.at_rest.values()), 3), **self.at_rest},
            "stages": figures.stages(self.samples, self.counted),
            "staff": self._staff(),
            "kills": self.struck,
            "restarts": dict(self.restarts),
            "tasks_ended": dict(self.ends),
            "violations": self.violations,
            "processes": figures.usage(self.samples),
            "sizes": self.sizes,
            "series": figures.series(self.samples),
        }

    def _staff(self) -> dict[str, Any]:
        worked = self.worked
        return {
            "cases_worked_to_their_end": worked.closed,
            "cases_left": len(worked.left),
            "moves": dict(worked.moves),
            "looked_again_after": dict(worked.refused),
        }


class Measuring:
    """One year on a stack that stands."""

    def __init__(self, stage: Stage, wanted: Wanted, counts: Counts) -> None:
        self._stage = stage
        self._wanted = wanted
        self._sender = Sender(stage.url("referral-intake"), stage.tokens, per_second=wanted.per_second)
        self._worked = Worked()
        self._sampler = Sampler(stage.stack, counts, self._accepted)
        self._admin_url = stage.stack.addresses()["database_url"]
        self._logs = Logs(stage.stack.folder / "logs")
        timetable = Timetable(wanted.referrals, wanted.kills)
        self._killer = Killer(stage.stack, timetable, wanted.seed, self._accepted)

    async def run(self, file: Path) -> Outcome:
        """Send, work, kill and sample at the same time; wait until all has settled; check."""
        sent, over = asyncio.Event(), asyncio.Event()
        at_rest = await self._sampler.at_rest(self._wanted.rest_seconds)
        await self._sampler.begin()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._sampler.run(over))
            killing = tasks.create_task(self._killer.run(sent))
            working = [tasks.create_task(team.work(sent)) for team in self._teams()]
            await self._sender.send(read(file))
            sent_after = self._sampler.now()
            sent.set()
            await asyncio.gather(killing, *working)
            settled = await until(self._checker().settled, self._checker().progress, most_seconds=MOST_SECONDS)
            over.set()
        return await self._outcome(at_rest, sent_after, settled=settled)

    async def _outcome(self, at_rest: Mapping[str, float], sent_after: float, *, settled: bool) -> Outcome:
        acknowledged, databases = self._sender.acknowledged, Databases(self._admin_url)
        violations = [*await self._checker().everything(acknowledged), *self._logs.ended_by_what_they_read()]
        return Outcome(
            wanted=self._wanted,
            acknowledged=acknowledged,
            worked=self._worked,
            samples=self._sampler.samples,
            struck=self._killer.struck,
            sent_after_seconds=sent_after,
            settled=settled,
            violations=violations if settled else ["nothing moves any more, and not everything is done", *violations],
            sizes=await sizes(databases, len(acknowledged.answers)),
            restarts=self._stage.stack.supervisor.restarts(),
            at_rest=at_rest,
            counted={stage: await databases.one(*of) for stage, of in _COUNTED.items()},
            ends=self._logs.ends(),
        )

    def _teams(self) -> list[Team]:
        packs, budget = load_packs(PARTNERSHIPS_FOLDER), Budget(mix.STAFF.share("worked-on-by-staff"), self._accepted)
        url, tokens = self._stage.url("triage"), self._stage.tokens
        return [
            Team(partnership, url, tokens, budget, accepting_roles(packs, partnership), self._worked)
            for partnership in packs.partnerships
        ]

    def _accepted(self) -> int:
        return len(self._sender.acknowledged.answers)

    def _checker(self) -> YearChecker:
        return YearChecker(self._admin_url, self._stage.url("audit"), self._reach)

    async def _reach(self) -> Reach:
        return await self._sampler.counts.read()


async def measure(stage: Stage, wanted: Wanted, file: Path) -> Outcome:
    """The whole of it."""
    async with AsyncExitStack() as ending:
        addresses = stage.stack.addresses()
        counts = await Counts.connect(addresses["database_url"], addresses["kafka_bootstrap_servers"], ending)
        return await Measuring(stage, wanted, counts).run(file)
