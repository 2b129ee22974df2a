"""The shell of accepting: callers who come together share one transaction; each is answered after it has committed."""

from collections.abc import Sequence

from chassis import telemetry
from chassis.db import Database, DriverTransaction
from chassis.delivery.events import Context
from contracts.problems import Problem
from referral_intake import gauges
from referral_intake.accepting import decide, store
from referral_intake.accepting.group_commit import GroupCommit, Limits
from referral_intake.accepting.model import Acceptance
from referral_intake.accepting.prepare import Arrival, Preparation, ReadForm, repeating
from referral_intake.model import PLAIN, REPEAT_WITHIN, SERVICE, Answer, Handling, Sender


class Accepting:
    """The only way in for a referral, whichever door it came through."""

    def __init__(self, db: Database, prepare: Preparation, limits: Limits) -> None:
        self._db = db
        self.commits = GroupCommit(prepare, self._commit, limits)

    async def submit(
        self, read: ReadForm, sender: Sender, *, key: str, size: int, urgent: bool, handling: Handling = PLAIN
    ) -> Answer:
        """Accept a referral of ``size`` bytes; returns once it is durable. Raises the ``Problem`` that stopped it, or
        what ``read`` raised: the form is made when its turn has come. ``urgent``: a child is said to be in danger.

        Cancelled while it waits, it is not accepted; cancelled later, it is.
        """
        arrival = Arrival(read, sender, key, telemetry.current_traceparent(), handling)
        return await self.commits.submit(arrival, owner=sender.client_id, weight=size, urgent=urgent)

    async def drain(self) -> None:
        """Wait until everything that was submitted is committed or has failed."""
        await self.commits.drain()

    async def _commit(self, acceptances: Sequence[Acceptance]) -> Sequence[Answer | Problem]:
        """The one transaction of this service that no route opens."""
        async with self._db.driver_transaction(store.locks_of(acceptances)) as tx:
            answers = await accept(tx, acceptances)
        gauges.count_accepted(acceptances, answers)
        return answers


async def accept(tx: DriverTransaction, acceptances: Sequence[Acceptance]) -> Sequence[Answer | Problem]:
    """Write those whose key is new, with their events, and say what each of them is told. The caller commits.

    Raises ``Overtaken``: tried again one by one, none of them relies on another.
    """
    since = min(a.received.received_at for a in acceptances) - REPEAT_WITHIN
    found = await store.look_up(tx, acceptances, since=since)
    fresh = decide.fresh(acceptances, found)
    ready = [
        repeating(acceptance, earlier) if earlier else acceptance
        for (acceptance, _), earlier in zip(fresh, decide.repeated(fresh), strict=True)
    ]
    claimed = await store.record_accepted(tx, ready, contexts=[_context(a) for a in ready])
    lost = decide.overtaken(ready, claimed)
    late = await store.find_answers(tx, [a.client_key for a in lost]) if lost else {}
    written = {id_: Answer(id_, a.answer) for a in ready if (id_ := a.received.referral_id) in claimed}
    return decide.answers(acceptances, found, written=written, late=late)


def _context(acceptance: Acceptance) -> Context:
    received = acceptance.received
    return Context(SERVICE, acceptance.sender.partnership, received.received_at, traceparent=acceptance.traceparent)
