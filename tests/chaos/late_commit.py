"""One transaction takes its event's id first and commits last: its event must be sent all the same."""

from audit.handlers import on_events
from chassis.delivery.consumer import Consumer
from chassis.ids import RandomIds
from local_stack.stack import Stack
from tests.chaos.planted import Bug, plant
from tests.chaos.rig import Finding, Rig, at_work, rig


async def run(stack: Stack, bug: Bug | None) -> Finding:
    """Relay, reader and log work while three transactions commit in the order 2, 1, 3 of their events' ids."""
    with plant(bug):
        async with rig(stack) as on:
            reader = on.consumer(Consumer, "audit", on_events)
            async with at_work(on.relay().run, reader.run, on.sequencer().run):
                await _record_out_of_order(on)
                return Finding(await on.verdict())


async def _record_out_of_order(on: Rig) -> None:
    ids = RandomIds()
    async with on.owner.transaction() as slow:
        await on.record(slow, ids.new(), referral_id=ids.new())
        async with on.owner.transaction() as quick:
            await on.record(quick, ids.new(), referral_id=ids.new())
        await on.until_sent(1)
    async with on.owner.transaction() as last:
        await on.record(last, ids.new(), referral_id=ids.new())
    await on.until_sent(2)
