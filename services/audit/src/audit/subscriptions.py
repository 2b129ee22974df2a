"""What the log reads: every event of every topic, whether this version of the contracts knows its type or not."""

from typing import Final

from audit.handlers import on_events
from chassis.delivery.messages import Subscriptions
from contracts.topics import TOPICS

SUBSCRIPTIONS: Final = Subscriptions(topics=TOPICS, every=on_events)
