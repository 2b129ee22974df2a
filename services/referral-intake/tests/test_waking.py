"""What is accepted in one process wakes the relay of another; so does what disposal has to do."""

import asyncio

from intake_caller import Caller
from intake_examples import NOW, form

from chassis.db import Database
from chassis.ids import RandomIds
from chassis.tasks import Hint, Stop
from chassis.waking import RELAY, Wakeups
from referral_intake import store
from referral_intake.model import DisposalRun
from referral_intake.store.disposal import DISPOSAL

BOUND_SECONDS = 20


async def heard(wakeups: Wakeups, hint: Hint, stop: Stop) -> asyncio.Task[None]:
    """Listen, and be past the first waking of everybody."""
    listening = asyncio.create_task(wakeups.run(stop))
    assert await hint.wait(stop, BOUND_SECONDS)
    return listening


async def test_an_accepted_referral_wakes_the_relay_and_a_repeat_does_not(caller: Caller, db: Database) -> None:
    wakeups, stop = Wakeups(db, RandomIds()), Stop()
    hint = wakeups.hint(RELAY)
    listening = await heard(wakeups, hint, stop)

    accepted = await caller.post(form())
    woken = await hint.wait(stop, BOUND_SECONDS)
    repeated = await caller.post(form())
    woken_again = await hint.wait(stop, 0.3)
    stop.set()
    await listening

    assert (accepted.status_code, repeated.status_code) == (202, 202)
    assert (woken, woken_again) == (True, False)


async def test_a_disposal_run_that_is_opened_wakes_the_worker(db: Database) -> None:
    wakeups, stop = Wakeups(db, RandomIds()), Stop()
    hint = wakeups.hint(DISPOSAL)
    listening = await heard(wakeups, hint, stop)

    async with db.transaction() as tx:
        await store.record_run(tx, DisposalRun(RandomIds().new(), "wandsworth", "archivist-1", NOW, None))
    woken = await hint.wait(stop, BOUND_SECONDS)
    stop.set()
    await listening

    assert woken
