"""Messages as handlers see them, and the table that says which handler gets which."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from chassis.db import Transaction
from chassis.delivery.events import Context
from contracts.envelope import Envelope
from contracts.events import EVENTS, Event
from contracts.problems import Invalid
from contracts.topics import Topic, may_carry, may_write

E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Record:
    """One Kafka record, before anything about it is believed."""

    topic: str
    partition: int
    offset: int
    key: bytes
    headers: tuple[tuple[str, bytes | None], ...]
    data: bytes


@dataclass(frozen=True)
class Message:
    """An enveloped event as it was read from Kafka."""

    envelope: Envelope
    data: bytes
    topic: str
    partition: int
    offset: int
    event: Event | None = field(default=None, repr=False)

    def as_(self, expected: type[E]) -> E:
        """The event, typed. Raises ``Invalid`` when the message holds another one."""
        if not isinstance(self.event, expected):
            raise Invalid(f"The message is not a {expected.TYPE}")
        return self.event

    def context(self, *, source: str, now: datetime) -> Context:
        """What to record the handler's own events with: this message is their cause."""
        return Context(source=source, partnership=self.envelope.partnership, now=now, causation_id=self.envelope.id)


Handler = Callable[[Transaction, Message, datetime], Awaitable[None]]
"""Changes state for one message in the given transaction.

MUST NOT commit, and MUST NOT use the network. Raise a ``Problem`` when the message is wrong: it is parked and its key
blocked. Any other exception means we are wrong: the same batch is tried again, in order, for as long as it takes.
"""

BatchHandler = Callable[[Transaction, Sequence[Message], datetime], Awaitable[None]]
"""The same for a whole batch of messages, none of which has taken effect before."""


@dataclass(frozen=True)
class Subscriptions:
    """What a service reads. Event types without a handler only have their versions followed.

    With ``every`` each message of the topics goes to it, known type or not, and its value is left unread.
    """

    topics: tuple[Topic, ...]
    handlers: Mapping[type[Event], Handler] = field(default_factory=dict)
    every: BatchHandler | None = None

    def handler_of(self, event: Event | None) -> Handler | None:
        """The handler for an event, if any."""
        return self.handlers.get(type(event)) if event is not None else None


def read(record: Record, *, strict: bool) -> Message:
    """Parse a record. ``strict`` refuses what the contracts do not know; without, only the envelope is believed.

    Raises ``Invalid`` when the record cannot be a message of this system, or not on this topic.
    """
    envelope = Envelope.from_headers(record.headers)
    if record.key != envelope.key:
        raise Invalid("The message key is not its referral")
    _of_its_topic(envelope, record.topic)
    known = EVENTS.get(envelope.type)
    if known is None and strict:
        raise Invalid("The event type is not known")
    event = known.read(record.data) if known is not None and strict else None
    if event is not None and (event.subject, event.correlation) != (envelope.subject, envelope.correlation_id):
        raise Invalid("The message's headers and its value name different things")
    return Message(envelope, record.data, record.topic, record.partition, record.offset, event)


def _of_its_topic(envelope: Envelope, topic: str) -> None:
    """A type whose first word we do not know may be a newer owner's: only its source is looked at."""
    if not may_write(envelope.source, topic):
        raise Invalid("The message comes from a service that does not own its topic")
    if not may_carry(topic, envelope.type):
        raise Invalid("The event type belongs to another topic")


def referral_of(key: bytes) -> UUID:
    """The referral a key names; the nil id when the key is not one of ours."""
    try:
        return UUID(key.decode())
    except ValueError:
        return UUID(int=0)
