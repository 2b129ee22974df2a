"""The services: do they answer, are they ready, of one release, and do all clocks agree."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from frontdoor.client import SERVICES
from frontdoor.doctor.asking import Asker, document_of
from frontdoor.doctor.finding import Finding, ok, wrong

CLOCK_SECONDS: Final = 5.0
"""Tokens and signatures bear more; promises to people do not bear minutes."""
_WHAT_FAILS: Final[Mapping[str, str]] = {
    "database": "its database does not answer: look at PostgreSQL and FRONTDOOR_DATABASE_URL",
    "issuer": "it has never had the issuer's keys: look at FRONTDOOR_OIDC_ISSUER and the way there",
    "consumer": "it reads no partition: look at Kafka and the worker's log",
    "halted": "reading is halted: `frontdoor consumer status` says why",
    "sequencer": "the log is not written: look at the worker's log",
    "packs": "no pack is in force: add one and restart",
    "draining": "it is on its way out: ask again in a moment",
}
_NAME_IT: Final = "Name all four in FRONTDOOR_SERVICE_URLS"


async def check_services(asker: Asker, urls: Mapping[str, str]) -> list[Finding]:
    """Every API; the four that there have to be, and no word about others."""
    missing = [wrong(f"service {name}", "has no address", _NAME_IT) for name in SERVICES if name not in urls]
    return [*missing, *await _all_ready(asker, {name: urls[name] for name in SERVICES if name in urls}, "service")]


async def check_workers(asker: Asker, urls: Mapping[str, str]) -> list[Finding]:
    """Every worker whose address is known."""
    return await _all_ready(asker, urls, "worker")


async def _all_ready(asker: Asker, urls: Mapping[str, str], kind: str) -> list[Finding]:
    found = await asyncio.gather(*(_ready(asker, f"{kind} {name}", url) for name, url in urls.items()))
    return [finding for each in found for finding in each]


async def _ready(asker: Asker, check: str, url: str) -> list[Finding]:
    answer = await asker.get(check, f"{url}/health/ready")
    if answer is None:
        return [wrong(check, "does not answer", "Start it, or correct its address; its log says why it ended")]
    said = document_of(answer)
    if not isinstance(said, dict) or "status" not in said:
        return [wrong(check, f"answers {answer.status_code}, but not as a service of ours", "Correct its address")]
    ending = [wrong(check, "something ends soon or is over", str(advice)) for advice in said.get("warnings", ())]
    if not said.get("failing"):
        return [ok(check, "is ready"), *ending]
    failing = [str(name) for name in said["failing"]]
    advice = "; ".join(_WHAT_FAILS.get(name, f"{name} fails: look at its log") for name in failing)
    return [wrong(check, f"is not ready ({', '.join(failing)})", advice[0].upper() + advice[1:]), *ending]


async def check_release(asker: Asker, urls: Mapping[str, str]) -> list[Finding]:
    """Whether all services are of one release, also in what events they know."""
    names = [name for name in SERVICES if name in urls]
    found = await asyncio.gather(
        *(asker.json(f"service {name}", f"{urls[name]}/operator/about", as_operator=True) for name in names)
    )
    known = {name: about for name, about in zip(names, found, strict=True) if isinstance(about, dict)}
    if not known:
        return [wrong("release", "no service tells its release", "Bring them back, or give this client its role")]
    releases = {name: f"{about.get('version')} ({about.get('contracts')})" for name, about in known.items()}
    return [_one_release(releases, silent=[name for name in names if name not in known])]


def _one_release(releases: Mapping[str, str], *, silent: Sequence[str]) -> Finding:
    told = ", ".join(f"{name} {release}" for name, release in releases.items())
    if len(set(releases.values())) > 1:
        return wrong("release", f"services differ: {told}", "Finish the upgrade: run one release of all of them")
    if silent:
        return wrong("release", f"{', '.join(silent)} did not tell", "Ask again when it answers")
    return ok("release", f"all are {next(iter(releases.values()))}")


def check_clocks(clocks: Mapping[str, float]) -> list[Finding]:
    """How far everybody who answered is from our clock, which may be the one that is wrong."""
    found = []
    for who, ahead in clocks.items():
        if abs(ahead) < CLOCK_SECONDS:
            continue
        direction = "ahead of" if ahead > 0 else "behind"
        says = f"is {abs(ahead):.0f} s {direction} this machine's"
        found.append(wrong(f"clock of {who}", says, "Set both machines by NTP; times of promises come from them"))
    agree = f"{len(clocks)} agree with this machine's within {CLOCK_SECONDS:.0f} s"
    return found or ([ok("clocks", agree)] if clocks else [])
