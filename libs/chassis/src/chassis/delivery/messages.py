"""Messages as handlers see them, and the table that says which handler gets which."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
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
    """One Kafka record, before anything about it is believed: key, value and any header's value may be null."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    data: bytes | None


@dataclass(frozen=True)
class Message:
    """An enveloped event as it was read from Kafka."""

    envelope: Envelope
    data: bytes
    topic: str
    partition: int
    offset: int
    event: Event | None = field(default=None, repr=False)
    traceparent: str | None = field(default=None, repr=False)
    """The trace context of its *process* span, which what it causes belongs to; None outside a consumer."""

    def as_(self, expected: type[E]) -> E:
        """The event, typed. Raises ``Invalid`` when the message holds another one."""
        if not isinstance(self.event, expected):
            raise Invalid(f"The message is not a {expected.TYPE}")
        return self.event

    def context(self, *, source: str, now: datetime) -> Context:
        """What to record the handler's own events with: this message is their cause."""
        envelope, traceparent = self.envelope, self.traceparent
        return Context(source, envelope.partnership, now, causation_id=envelope.id, traceparent=traceparent)


Handler = Callable[[Transaction, Message, datetime], Awaitable[None]]
"""Changes state for one message in the given transaction.

MUST NOT commit, and MUST NOT use the network. Raise a ``Problem`` when the message is wrong: it is parked and its key
blocked. Any other exception means we are wrong. Where the database is to blame, the same batch is tried again, in
order, for as long as it takes; otherwise this message is held as failing and tried again by itself; other keys flow.
"""

BatchHandler = Callable[[Transaction, Sequence[Message], datetime], Awaitable[None]]
"""The same for many messages, none of which has taken effect before.

MUST leave the database as if each had been handled alone, one after another in the order given, in a number of
statements that does not grow with theirs. No two are of one key, but for ``Subscriptions.every``. When it raises, none
of them takes effect, and each comes again alone: what it raises for one message alone decides what becomes of that.
"""


@dataclass(frozen=True, eq=False)
class Batched:
    """A handler of many messages at once, in a table of handlers; of several types when it stands at each of them."""

    handle: BatchHandler

    async def __call__(self, tx: Transaction, message: Message, now: datetime) -> None:
        """Handle one message alone."""
        await self.handle(tx, [message], now)


@dataclass(frozen=True)
class Subscriptions:
    """What a service reads. Events without a handler, of known and unknown types, only have their versions followed.

    A handler that is ``Batched`` gets the messages of a batch together, as ``Rounds`` groups them. With ``every`` each
    message of the topics goes to it, known type or not, and its value is left unread. ``known`` are the event types of
    this edition of the contracts.
    """

    topics: tuple[Topic, ...]
    handlers: Mapping[type[Event], Handler] = field(default_factory=dict)
    every: BatchHandler | None = None
    known: Mapping[str, type[Event]] = field(default_factory=lambda: EVENTS, repr=False)

    @cached_property
    def everything(self) -> Batched | None:
        """The handler of ``every``."""
        return Batched(self.every) if self.every is not None else None

    def event_of(self, event_type: str) -> type[Event] | None:
        """The class of a type that has a handler here."""
        event = self.known.get(event_type)
        return event if event in self.handlers else None

    def reads(self, event_type: str) -> bool:
        """Whether messages of a type have an effect here."""
        return self.every is not None or self.event_of(event_type) is not None


def read(record: Record) -> Message:
    """A message whose value nobody has looked at.

    Raises ``Invalid`` when the record cannot be a message of this system, or not on this topic.
    """
    envelope = Envelope.from_headers(record.headers)
    if record.key != envelope.key:
        raise Invalid("The message key is not its referral")
    if not may_write(envelope.source, record.topic):
        raise Invalid("The message comes from a service that does not own its topic")
    if not may_carry(record.topic, envelope.type):  # of a type whose first word is new, its source is all there is
        raise Invalid("The event type belongs to another topic")
    return Message(envelope, record.data or b"", record.topic, record.partition, record.offset)


def parsed(message: Message, expected: type[Event]) -> Message:
    """The message with its event. Raises ``Invalid`` when its value is no such event, or of another aggregate."""
    event = expected.read(message.data)
    if (event.subject, event.correlation) != (message.envelope.subject, message.envelope.correlation_id):
        raise Invalid("The message's headers and its value name different things")
    return replace(message, event=event)


def referral_of(key: bytes | None) -> UUID:
    """The referral a key names; the nil id when the key is not one of ours."""
    try:
        return UUID((key or b"").decode())
    except ValueError:
        return UUID(int=0)
