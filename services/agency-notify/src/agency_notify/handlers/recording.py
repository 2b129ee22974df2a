"""Writing what events of a notice say: their rows and the events themselves, in one transaction."""

from collections.abc import Iterable
from datetime import datetime

from agency_notify.model import SOURCE, Notice
from agency_notify.store import notices
from chassis.db import Transaction
from chassis.delivery.events import Context
from chassis.delivery.events import record as record_events
from contracts.events import Event


def context_of(notice: Notice, *, now: datetime) -> Context:
    """Who records about a notice, for which partnership, when."""
    return Context(source=SOURCE, partnership=notice.partnership, now=now)


async def record(tx: Transaction, notice: Notice, events: Iterable[Event], *, now: datetime) -> None:
    """Change the notice as the events say, and notify the others."""
    listed = list(events)
    for event in listed:
        await notices.record(tx, event)
    await record_events(tx, listed, context=context_of(notice, now=now))
