"""The long run: ``python -m tests.fuzz --requests 20000 --seed 1 --disconnects 10000``. 1 when anything was found."""

import argparse
import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chassis.testing import postgres
from chassis.testing.signer import Signer
from tests.fuzz.campaign import Outcome, run
from tests.fuzz.cases import plan, schema_of
from tests.fuzz.echo import listening
from tests.fuzz.endurance import endure
from tests.fuzz.intake import intake
from tests.fuzz.report import figures, keep, table
from tests.fuzz.server import serving


async def main(options: argparse.Namespace) -> int:
    """Both parts, each kept as it ends."""
    async with _database() as admin_url:
        began = time.monotonic()
        outcome = await _api(admin_url, options)
        found = figures(outcome, seed=options.seed, seconds=time.monotonic() - began)
        _tell("intake", found, list(table(outcome)))
        async with serving(admin_url) as server:
            lasting = await endure(server, disconnects=options.disconnects, seed=options.seed)
        _tell("server", lasting, [])
    return 1 if found["findings"] or lasting["findings"] else 0


async def _api(admin_url: str, options: argparse.Namespace) -> Outcome:
    urls = await postgres.migrated(admin_url, "referral_intake")
    async with intake(urls, Signer()) as target:
        schema = schema_of(target.app.openapi())
        planned = plan(schema, requests=options.requests, run_seed=options.seed, examples=target.examples)
        print(f"{len(planned)} requests are planned", flush=True)
        with listening() as said:
            return await run(target, planned, said=said, run_seed=options.seed)


@asynccontextmanager
async def _database() -> AsyncIterator[str]:
    with TemporaryDirectory(prefix="frontdoor-") as folder, postgres.server(Path(folder)) as admin_url:
        yield admin_url


def _tell(name: str, found: dict[str, Any], lines: list[str]) -> None:
    path = keep(name, found)
    for line in (*lines, *(f"{key}: {value}" for key, value in found.items() if key != "by_operation")):
        print(line)
    print(f"kept in {path}\n", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--disconnects", type=int, default=10_000)
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main(_options())))
