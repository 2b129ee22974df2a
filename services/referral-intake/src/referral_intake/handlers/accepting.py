"""A referral comes in."""

from collections.abc import Sequence

from chassis import telemetry
from chassis.db import Transaction
from chassis.events import Context, record_each
from contracts.problems import Problem
from referral_intake import decide, store
from referral_intake.acceptance import Press, terms
from referral_intake.handlers.desk import Desk
from referral_intake.model import (
    SERVICE,
    Acceptance,
    Answer,
    Submission,
)


async def submit_referral(desk: Desk, submission: Submission) -> Answer:
    """Accept a referral; returns once it is durable. Raises the ``Problem`` that stopped it."""
    now = desk.clock.now()
    pack = desk.packs.get(submission.sender.partnership, at=now)
    press = Press(desk.ids, desk.public_url, telemetry.current_traceparent())
    return await desk.commits.submit(press.prepare(submission, terms(pack, submission.sender, now=now), now=now))


async def accept(tx: Transaction, acceptances: Sequence[Acceptance]) -> list[Answer | Problem]:
    """Write those whose key is new, with their events, and say what each of them is told. The caller commits."""
    free = await store.lock_keys(tx, [a.client_key for a in acceptances])
    candidates = [a for a in acceptances if a.client_key in free]
    claimed = await store.claim_keys(tx, candidates) if candidates else frozenset()
    accepted = [a for a in candidates if a.received.referral_id in claimed]
    await store.record_referrals(tx, accepted)
    await record_each(tx, [(a.received, _context(a)) for a in accepted])
    repeated = [a.client_key for a in candidates if a.received.referral_id not in claimed]
    stored = await store.find_answers(tx, repeated) if repeated else {}
    return [
        Answer(a.received.referral_id, a.answer)
        if a.received.referral_id in claimed
        else decide.repeated_answer(stored.get(a.client_key), a.fingerprint)
        for a in acceptances
    ]


def _context(acceptance: Acceptance) -> Context:
    received = acceptance.received
    return Context(SERVICE, acceptance.sender.partnership, received.received_at, traceparent=acceptance.traceparent)
