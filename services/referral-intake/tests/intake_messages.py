"""Messages from triage, as the consumer hands them over."""

from datetime import timedelta
from uuid import UUID

from intake_examples import NOW, TERMS

from chassis.delivery.messages import Message
from contracts.codes import Rating
from contracts.envelope import Envelope
from contracts.events import CaseOpened, Event


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


def opened(number: int = 1, *, case_id: int = 50) -> CaseOpened:
    """The case of a referral with one child was opened, a second after the referral of that number came."""
    return CaseOpened(
        case_id=UUID(int=case_id),
        referral_id=UUID(int=number),
        reference=f"WAN-{number:09}",
        agency="ashcroft-primary",
        child_ids=(UUID(int=number * 1000),),
        opened_at=NOW + timedelta(seconds=number),
        suggested_rating=Rating.AMBER,
        suggestion_reasons=(),
        decision_due_at=TERMS.decision_expected_by,
        policy_version=TERMS.policy_version,
    )
