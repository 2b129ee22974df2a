"""``year``: a year of England through the whole stack, with staff at work and processes killed; nothing may be lost."""

import argparse
import asyncio
import json
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Final

from bench import report
from bench.year import mix
from bench.year.flames import drawn, watched
from bench.year.measuring import WORKERS, Outcome, Wanted, measure
from bench.year.pictures import draw
from bench.year.prepare import prepared
from bench.year.stage import standing

METHOD: Final = {
    "stack": "PostgreSQL with fsync, one Kafka node, sinks for agencies, one API and some workers of each service",
    "issuer": "bench/issuer.py, which signs faster than Keycloak; tokens are verified all the same",
    "sender": "each referral under a key of its own, sent again until answered; then its supplements and withdrawal",
    "staff": "the first of the queue, by public APIs: rate, ask, answer, recommend, authorise (another person), offer, "
    "accept, close",
    "kills": "SIGKILL to a process of the services every two minutes, at least as often as was asked for",
    "settled": "no event unsent, none unread, none without its place in the log, no delivery waiting",
    "checked": "the checks of the fault campaigns, against what senders were answered; the stand-alone verifier",
}


def run(arguments: Sequence[str]) -> None:
    """Measure, print and keep. Exits with 1 when anything was lost, doubled or out of order."""
    chosen = _options(arguments)
    referrals = chosen.referrals or max(1, round(mix.REFERRALS_A_YEAR * chosen.share))
    wanted = Wanted(referrals, chosen.seed, chosen.rate, chosen.kills, chosen.workers)
    outcome, flames = asyncio.run(year(wanted, flames=chosen.flames, own_interpreters=True))
    if not chosen.no_result:
        keep(outcome)
    _keep_pictures({f"flame-{name}": picture for name, picture in flames.items()})
    _print(outcome)
    if outcome.violations:
        raise SystemExit(1)


async def year(
    wanted: Wanted, *, flames: bool = False, own_interpreters: bool = False
) -> tuple[Outcome, Mapping[str, str]]:
    """One year on a stack of its own, and where each process spent its time, when that is asked for.

    What processes take of the memory is a deployment's with ``own_interpreters``, which start more slowly.
    """
    with tempfile.TemporaryDirectory(prefix="frontdoor-") as name, tempfile.TemporaryDirectory() as looks:
        file = prepared(Path(name), count=wanted.referrals, seed=wanted.seed)
        on = standing(Path(name), workers=wanted.workers, own_interpreters=own_interpreters)
        async with on as stage, AsyncExitStack() as watching:
            stacks = await watching.enter_async_context(watched(stage.stack, Path(looks))) if flames else {}
            outcome = await measure(stage, wanted, file)
            await watching.aclose()
            return outcome, drawn(stacks)


def keep(outcome: Outcome) -> None:
    """The result, and the pictures that the text beside this shows."""
    method = {**METHOD, "wanted": asdict(outcome.wanted), "mix": mix.described()}
    report.keep(f"year-{outcome.wanted.referrals}", method, outcome.summary())
    _keep_pictures(draw(outcome))


def _keep_pictures(pictures: Mapping[str, str]) -> None:
    for name, picture in pictures.items():
        (report.RESULTS / f"year-{name}.svg").write_text(picture, encoding="utf-8")


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench year")
    parser.add_argument("--share", type=float, default=1.0, help="of a year: 0.01 for one hundredth")
    parser.add_argument("--referrals", type=int, help="so many, whatever the share")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, help="at most so many a second; otherwise as fast as they are accepted")
    parser.add_argument("--kills", type=int, default=2, help="at least so many")
    parser.add_argument("--workers", type=int, default=WORKERS, help="of each service")
    parser.add_argument("--flames", action="store_true", help="keep a flame graph of each service's processes")
    parser.add_argument("--no-result", action="store_true", help="keep nothing")
    return parser.parse_args(arguments)


def _print(outcome: Outcome) -> None:
    summary = outcome.summary()
    print(f"\nyear: {summary['accepted']:,} referrals, settled after {summary['settled_after_seconds']:,.0f} s")
    for name, stage in summary["stages"].items():
        print(
            f"  {name:<24}{stage['count']:>12,}{stage['done_after_seconds']:>10,.1f} s{stage['per_second']:>10,.1f}/s"
        )
    for name, used in summary["processes"].items():
        print(f"  {name:<26}{used['mib_most']:>8,.0f} MiB at most{used['cpu_seconds']:>10,.1f} s of processor")
    for violation in outcome.violations:
        print(f"  WRONG: {violation}")
    shown = (
        "accepted",
        "settled_after_seconds",
        "referrals_per_second",
        "cost",
        "stages",
        "staff",
        "kills",
        "violations",
    )
    print(json.dumps({"scenario": "year", **{name: summary[name] for name in shown}}), flush=True)
