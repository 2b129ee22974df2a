"""Walks the examples through a running stack, checks that everything expected was seen, and reports."""

from collections.abc import Mapping, Sequence
from tempfile import NamedTemporaryFile
from typing import Any

from chassis.ids import RandomIds
from frontdoor import journey
from frontdoor.client import SERVICES
from frontdoor.demo.checks import Seen, missing
from frontdoor.demo.examples import Example
from frontdoor.demo.referrals import Sent
from frontdoor.demo.report import Report
from frontdoor.demo.waiting import together, until
from frontdoor.demo.walk import settled, walk
from frontdoor.demo.world import World
from frontdoor.errors import Unreachable, Wrong
from frontdoor.verify import entitled, public, read_report, witnessed_by
from local_stack.console import say


async def run(world: World, examples: Sequence[Example]) -> Report:
    """The walk, the checks, the report. Raises ``Wrong`` naming the first thing missing."""
    sent = await walk(world, examples, run=RandomIds().new())
    say("checking what was seen")
    seen = await _everything(world, sent)
    say("verifying the audit log from its leaves, then as each partnership's auditor from its entries")
    operator = world.operator()
    totals = await settled(operator)
    verified = await _verified(world, size=sum(totals.recorded.values()))
    partnerships = sorted({example.partnership for example in examples})
    return Report(
        walked=seen.journeys,
        events_by_topic=totals.recorded,
        notices_taken=len(seen.deliveries),
        messages=len(seen.messages),
        checkpoint=(await operator.ask("GET", "audit", "/checkpoint")).text,
        verified=verified,
        audited={name: await _audited(world, name) for name in partnerships},
    )


async def _everything(world: World, sent: Sequence[Sent]) -> Seen:
    """Look until nothing is missing: the last notices may still be on their way."""
    first = ""

    async def ask() -> Seen | None:
        nonlocal first
        seen = await _look(world, sent)
        first = next(missing(seen), "")
        return None if first else seen

    try:
        return await until("everything expected", ask)
    except Wrong as wrong:
        raise Wrong(f"Missing: {first}" if first else str(wrong)) from wrong


async def _verified(world: World, *, size: int) -> Mapping[str, Any]:
    """Verify once ``size`` entries are witnessed: what audit has read is signed a moment later, then cosigned.

    The witness's key is the stack's own word, not the log's.
    """
    operator = world.operator()

    async def ask() -> bool | None:
        witnessed = (await operator.get("audit", "/v1/witnesses"))["witnessed_size"]
        return True if witnessed is not None and witnessed >= size else None

    await until(f"all {size} events in the witnessed log", ask)
    return await read_report(operator.url_of("audit"), (*public(), *witnessed_by([world.witness_key])))


async def _audited(world: World, partnership: str) -> Mapping[str, Any]:
    """Verify a partnership's entries as its auditor, against what every service has recorded itself."""
    auditor = world.auditor(partnership)
    owners = {service: auditor.url_of(service) for service in SERVICES}
    with NamedTemporaryFile("w", prefix="token-") as file:  # readable by this user alone
        file.write(await auditor.token())
        file.flush()
        return await read_report(auditor.url_of("audit"), entitled(file.name, owners=owners))


async def _look(world: World, sent: Sequence[Sent]) -> Seen:
    journeys = await together(
        journey.read(world.auditor(each.example.partnership), str(each.referral_id)) for each in sent
    )
    return Seen(
        journeys=list(zip((each.example for each in sent), journeys, strict=True)),
        deliveries=await _kept(world, f"{world.agencies_url}/deliveries"),
        messages=await _kept(world, world.mail_url),
    )


async def _kept(world: World, url: str) -> Sequence[dict[str, Any]]:
    """What a sink of the stack kept."""
    response = await world.http.request("GET", url)
    if not response.is_success:
        raise Unreachable(f"A sink of the stack does not show what it took: {url}")
    kept: list[dict[str, Any]] = response.json()
    return kept
