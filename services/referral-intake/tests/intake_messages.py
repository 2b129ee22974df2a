"""Messages from triage, as the consumer hands them over."""

from uuid import UUID

from intake_examples import NOW

from chassis.delivery.messages import Message
from contracts.envelope import Envelope
from contracts.events import Event


def message_of(event: Event, *, version: int = 1) -> Message:
    """The message of an event, by the version of its case that it made."""
    envelope = Envelope(
        id=UUID(int=99),
        source="triage",
        type=event.TYPE,
        subject=event.subject,
        time=NOW,
        sequence=version,
        partnership="wandsworth",
        correlation_id=event.correlation,
    )
    return Message(envelope, event.to_json(), "triage.v1", 0, 0, event)
