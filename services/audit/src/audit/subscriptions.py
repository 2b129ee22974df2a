"""What the log reads: every event of every topic, whether this version of the contracts knows its type or not."""

from typing import Final

from chassis.messages import Subscriptions
from contracts.topics import TOPICS

from audit.handlers import on_events

SUBSCRIPTIONS: Final = Subscriptions(topics=TOPICS, every=on_events)
