"""A referral comes in."""

from collections.abc import Sequence

from chassis import telemetry
from chassis.db import DriverTransaction
from chassis.delivery.events import Context
from contracts.problems import Problem
from referral_intake import decide, store
from referral_intake.acceptance import Arrival, mark_repeats
from referral_intake.form import ReferralForm
from referral_intake.handlers.dependencies import Dependencies
from referral_intake.model import PLAIN, REPEAT_WITHIN, SERVICE, Acceptance, Answer, Handling, Sender


class Overtaken(Exception):
    """A key was answered elsewhere after it was looked up, and a neighbour's receipt named its referral."""


async def submit_referral(
    dependencies: Dependencies,
    form: ReferralForm,
    sender: Sender,
    *,
    key: str,
    size: int = 0,
    handling: Handling = PLAIN,
) -> Answer:
    """Accept a referral of ``size`` bytes; returns once it is durable. Raises the ``Problem`` that stopped it.

    Cancelled while it waits, it is not accepted; cancelled later, it is.
    """
    arrival = Arrival(form, sender, key, telemetry.current_traceparent(), handling)
    return await dependencies.commits.submit(arrival, owner=sender.client_id, weight=size, urgent=form.immediate_danger)


async def accept(tx: DriverTransaction, acceptances: Sequence[Acceptance]) -> list[Answer | Problem]:
    """Write those whose key is new, with their events, and say what each of them is told. The caller commits.

    Raises ``Overtaken``: tried again one by one, none of them relies on another.
    """
    since = min(a.received.received_at for a in acceptances) - REPEAT_WITHIN
    found = await store.look_up(tx, acceptances, since=since)
    known = list(zip(acceptances, found, strict=True))
    ready = mark_repeats([(a, look.earlier) for a, look in known if look.is_new and a.refusal is None])
    claimed = await store.record_accepted(tx, ready, contexts=[_context(a) for a in ready])
    written = {a.received.referral_id: Answer(a.received.referral_id, a.answer) for a in ready if a.is_in(claimed)}
    lost = [a for a in ready if not a.is_in(claimed)]
    if lost and any(a.received.previous_referral_id == b.received.referral_id for a in ready for b in lost):
        raise Overtaken
    late = await store.find_answers(tx, [a.client_key for a in lost]) if lost else {}
    return [
        written.get(a.received.referral_id)
        or (a.refusal if look.is_new else None)
        or decide.repeated_answer(look.stored or late.get(a.client_key), a.fingerprint)
        for a, look in known
    ]


def _context(acceptance: Acceptance) -> Context:
    received = acceptance.received
    return Context(SERVICE, acceptance.sender.partnership, received.received_at, traceparent=acceptance.traceparent)
