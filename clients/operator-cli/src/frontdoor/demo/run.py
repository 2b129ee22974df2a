"""Walks the examples through a running stack, checks that everything expected was seen, and reports."""

from collections.abc import Sequence
from typing import Any

from chassis.ids import RandomIds
from frontdoor import journey
from frontdoor.demo.checks import Seen, missing
from frontdoor.demo.examples import Example
from frontdoor.demo.referrals import Sent
from frontdoor.demo.report import Report
from frontdoor.demo.waiting import together
from frontdoor.demo.walk import settled, walk
from frontdoor.demo.world import World
from frontdoor.errors import Unreachable, Wrong
from frontdoor.telling import say
from frontdoor.verify import read_report


async def run(world: World, examples: Sequence[Example]) -> Report:
    """The walk, the checks, the report. Raises ``Wrong`` naming the first thing missing."""
    sent = await walk(world, examples, run=RandomIds().new())
    operator = world.operator()
    comparison = await settled(operator)
    say("checking what was seen")
    seen = await _look(world, sent)
    for what in missing(seen):
        raise Wrong(f"Missing: {what}")
    verified = await read_report(operator.url_of("audit"))
    recorded = sum(comparison.recorded.values())
    if verified["size"] < recorded:
        raise Wrong(f"Missing: {recorded - verified['size']} of {recorded} events in the audit log")
    return Report(
        journeys=[read for _, read in seen.journeys],
        events_by_topic=comparison.recorded,
        notices_taken=len(seen.deliveries),
        messages=len(seen.messages),
        checkpoint=(await operator.ask("GET", "audit", "/checkpoint")).text,
        verified=verified,
    )


async def _look(world: World, sent: Sequence[Sent]) -> Seen:
    operator = world.operator()
    journeys = await together(journey.read(operator, str(each.referral_id)) for each in sent)
    return Seen(
        journeys=list(zip((each.example for each in sent), journeys, strict=True)),
        deliveries=await _kept(world, f"{world.agencies_url}/deliveries"),
        messages=await _kept(world, f"{world.mail_url}"),
    )


async def _kept(world: World, url: str) -> Sequence[dict[str, Any]]:
    """What a sink of the stack kept."""
    response = await world.http.request("GET", url)
    if not response.is_success:
        raise Unreachable(f"A sink of the stack does not show what it took: {url}")
    kept: list[dict[str, Any]] = response.json()
    return kept
