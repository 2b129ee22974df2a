"""Breaks a running stack in every way that has an alert, and keeps what was seen: ``python -m tests.deploy.rehearsal``.

A stack of its own is watched by a real Prometheus and a real alert manager. Each fault has to make its alerts fire;
they have to clear when it has ended, and mail of both has to arrive. Every query of every dashboard has to find
something meanwhile, and the id of a referral its whole trace.
"""

import asyncio
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx2

from frontdoor.demo.waiting import until
from frontdoor.errors import CommandFailed, Wrong
from local_stack.assembly import SERVING_PARTS
from local_stack.checkout import PARTNERSHIPS_FOLDER, ROOT
from local_stack.stack import Stack, running
from tests.conftest import register_endpoints
from tests.deploy import clocks
from tests.deploy.faults import FAULTS, SERVICES
from tests.deploy.observed import Query, panel_queries
from tests.deploy.scene import Fault, Scene
from tests.deploy.watchers import SHORTER, Watchers, missing, watching
from tests.e2e.conftest import steady
from tests.e2e.people import People
from tests.e2e.steps import CaseWork

RESULT: Final = ROOT / "deploy" / "results" / "alerts.json"
FIRES_WITHIN_SECONDS: Final = 300
CLEARS_WITHIN_SECONDS: Final = 300
MAIL_WITHIN_SECONDS: Final = 120
_CALL_SECONDS: Final = 15.0
_LOOK_SECONDS: Final = 1.0
_SUBJECT: Final = re.compile(r"\[(FIRING|RESOLVED)[^\]]*\] (\w+)")


@dataclass
class Rehearsal:
    """One run: what it looks at, and what it saw."""

    scene: Scene
    watchers: Watchers
    alerts: dict[str, Any] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    unseen: list[Query] = field(default_factory=panel_queries)

    async def rehearse(self, faults: Sequence[Fault]) -> None:
        """One fault after the other; each begins with a steady stack on which its alerts are quiet."""
        for fault in faults:
            names = FAULTS[fault]
            try:
                await steady(self.scene.stack)
                await self._wait_for(f"{names} to be quiet", names, firing=False, within=CLEARS_WITHIN_SECONDS)
                await self._raise(fault, names)
            except (AssertionError, CommandFailed, httpx2.HTTPError) as error:
                self.failures.append(f"{fault.__name__}: {error}")
                print(f"{fault.__name__} FAILED: {error}", flush=True)

    async def _raise(self, fault: Fault, names: tuple[str, ...]) -> None:
        began = time.monotonic()
        async with fault(self.scene):
            await self._wait_for(f"{names} to fire", names, firing=True, within=FIRES_WITHIN_SECONDS)
            fired = time.monotonic() - began
            await self._mailed("FIRING", names)
            self._look()
        began = time.monotonic()
        await self._wait_for(f"{names} to clear", names, firing=False, within=CLEARS_WITHIN_SECONDS)
        cleared = time.monotonic() - began
        await self._mailed("RESOLVED", names)
        self._look()
        seen = {"fired_after_seconds": round(fired), "cleared_after_seconds": round(cleared)}
        self.alerts |= {name: {"fault": fault.__name__.replace("_", " "), **seen} for name in names}
        print(f"{fault.__name__}: {', '.join(names)} {seen}", flush=True)

    async def _wait_for(self, what: str, names: tuple[str, ...], *, firing: bool, within: float) -> None:
        """All of them fire, though not at one moment; or none of them does."""
        left = set(names)

        async def ask() -> bool | None:
            await asyncio.sleep(_LOOK_SECONDS)
            now = await asyncio.to_thread(self.watchers.firing)
            if firing:
                left.difference_update(now)
                return not left or None
            return not (now & set(names)) or None

        await until(what, ask, timeout_seconds=within)

    async def _mailed(self, state: str, names: tuple[str, ...]) -> None:
        """Anyone who is on call has mail of each."""
        url = self.scene.stack.addresses()["mail"]

        async def ask() -> bool | None:
            messages = (await self.scene.people.http.get(url)).raise_for_status().json()
            found = {match.groups() for each in messages if (match := _SUBJECT.match(each["subject"]))}
            return all((state, name) in found for name in names) or None

        await until(f"mail that {names} are {state}", ask, timeout_seconds=MAIL_WITHIN_SECONDS)

    def _look(self) -> None:
        """Which queries of the dashboards have shown nothing so far."""
        self.unseen = [query for query in self.unseen if not self.watchers.shows(query)]


async def follow_one(scene: Scene) -> dict[str, Any]:
    """A referral is worked on; its id alone finds its trace in every service."""
    receipt = await scene.refer()
    case = await CaseWork(scene.people, receipt["reference"]).opened()
    await case.recommend(case.worker)
    url = f"{scene.stack.addresses()['zipkin']}/api/v2/traces"
    asked = {"annotationQuery": f"referral_id={receipt['referral_id']}", "lookback": "3600000", "limit": "100"}

    async def ask() -> set[str] | None:
        traces = (await scene.people.http.get(url, params=asked)).raise_for_status().json()
        found = {span["localEndpoint"]["serviceName"] for trace in traces for span in trace}
        return found if set(SERVICES) <= found else None

    services = await until("a trace through every service", ask)
    return {"services": sorted(services)}


def targets(stack: Stack) -> dict[tuple[str, str], str]:
    """Every process of a stack that shows metrics."""
    found = {}
    for name, service in stack.services.items():
        found[name, "api"] = service.url
        found[name, "worker"] = service.worker_url
    if stack.web_client is not None:
        found["web-client", "api"] = stack.web_client.url
    return {key: url.removeprefix("http://") for key, url in found.items()}


async def rehearse(stack: Stack, packs: Path, watchers: Watchers, faults: Sequence[Fault]) -> dict[str, Any]:
    """Everything, on a stack that is ready; what was seen. Raises ``Wrong`` without a trace."""
    async with httpx2.AsyncClient(timeout=_CALL_SECONDS, trust_env=False) as http:
        scene = Scene(stack, People(stack, http), packs)
        run = Rehearsal(scene, watchers)
        trace = await follow_one(scene)
        await run.rehearse(faults)
        exemplars = await asyncio.to_thread(watchers.exemplars, "frontdoor_http_request_seconds_bucket")
        return {
            "time_limits_divided_by": SHORTER,
            "alerts": run.alerts,
            "failures": run.failures,
            "queries_of_dashboards": len(panel_queries()),
            "queries_that_found_nothing": [query.where for query in run.unseen],
            "exemplars_with_a_trace": sum(len(each.get("trace_id", "")) == 32 for each in exemplars),
            "trace_of_a_referral": trace,
            "load_average": round(os.getloadavg()[0], 1),
        }


def rehearsed(faults: Sequence[Fault]) -> dict[str, Any]:
    """A rehearsal on a stack of its own, which is ended with all that watched it."""
    with TemporaryDirectory(prefix="frontdoor-") as name:
        folder = Path(name)
        packs = folder / "partnerships"
        shutil.copytree(PARTNERSHIPS_FOLDER, packs)
        with running(folder / "stack", parts=SERVING_PARTS | {"zipkin"}, partnerships=packs) as stack:
            asyncio.run(register_endpoints(stack))
            smtp = stack.parts["smtp"].address
            with watching(folder / "watchers", targets(stack), smtp_url=smtp) as watchers:
                return asyncio.run(rehearse(stack, packs, watchers, faults))


def main(arguments: Sequence[str]) -> int:
    """All faults, or those whose names are given; only all of them are kept. 0 when everything was seen."""
    if reason := missing() or clocks.missing():
        print(reason, file=sys.stderr)
        return 2
    chosen = [fault for fault in FAULTS if not arguments or fault.__name__ in arguments]
    try:
        result = rehearsed(chosen)
    except Wrong as error:
        print(error, file=sys.stderr)
        return 1
    text = json.dumps(result, indent=2, sort_keys=True)
    print(text)
    if not arguments:
        RESULT.write_text(text + "\n")
        return 1 if result["failures"] or result["queries_that_found_nothing"] else 0
    return 1 if result["failures"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
