"""The shell of reading Kafka: every event becomes a pending entry, whatever it says."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from audit import store
from audit.entry import EntryRefused, canonical_entry
from audit.errors import NotRecordable
from audit.model import PendingEntry
from chassis.db import Transaction
from chassis.delivery.messages import Message
from contracts.envelope import Envelope

_PREFIX: Final = "ce_"
_NUMBERS: Final = frozenset({"sequence"})


async def on_events(tx: Transaction, messages: Sequence[Message], now: datetime) -> None:
    """Keep a whole batch for the sequencer. Raises ``NotRecordable`` for a message that can never be an entry."""
    await store.append(tx, [_read(message) for message in messages])


def _read(message: Message) -> PendingEntry:
    envelope = message.envelope
    return PendingEntry(
        event_id=envelope.id,
        subject=envelope.subject,
        version=envelope.sequence,
        type=envelope.type,
        referral_id=envelope.correlation_id,
        partnership=envelope.partnership,
        occurred_at=envelope.time,
        body=_body(envelope, message.data),
    )


def _body(envelope: Envelope, data: bytes) -> bytes:
    try:
        return canonical_entry(attributes_of(envelope), data)
    except EntryRefused as error:
        raise NotRecordable(str(error)) from error


def attributes_of(envelope: Envelope) -> dict[str, str | int]:
    """The context attributes under their CloudEvents names, without the binding's prefix."""
    named = {name.removeprefix(_PREFIX): value.decode() for name, value in envelope.to_headers()}
    named["datacontenttype"] = named.pop("content-type")
    return {name: int(value) if name in _NUMBERS else value for name, value in named.items()}
