"""What the log reads: every event of every topic, whether this version of the contracts knows its type or not."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from audit.handlers import on_events
from chassis.db import Transaction
from chassis.delivery.messages import Message, Subscriptions
from chassis.web.suspension import StandingEvents
from contracts.events import PartnerRestored, PartnerSuspended
from contracts.topics import TOPICS

STANDINGS: Final = StandingEvents(suspended=PartnerSuspended.TYPE, restored=PartnerRestored.TYPE)


async def on_messages(tx: Transaction, messages: Sequence[Message], now: datetime) -> None:
    """Everything becomes an entry; who was suspended or restored is known from then on, too."""
    await on_events(tx, messages, now)
    await STANDINGS.on_messages(tx, messages, now)


SUBSCRIPTIONS: Final = Subscriptions(topics=TOPICS, every=on_messages)
