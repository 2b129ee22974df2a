"""From a message to a referral: what is asked, whether it can be taken here, and the form that it fills in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Final

from pydantic import ValidationError

from contracts.codes import MissingItem
from contracts.problems import Problem
from referral_intake.decide.pointing import pointer_of
from referral_intake.fhir import labels, systems
from referral_intake.fhir.draft import Draft, Pointer
from referral_intake.fhir.issues import IssueCode, MessageRefused, error
from referral_intake.fhir.ledger import Fate, not_taken
from referral_intake.fhir.mapping import draft_of
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.content import MessageHeader, ServiceRequest
from referral_intake.fhir.r4.names import fhir_path
from referral_intake.fhir.reading import mistakes_at, read
from referral_intake.form import ReferralForm
from referral_intake.model import Handling, Missing

EVENT: Final = "servicerequest-request"

_NEW: Final = "new"
_ACTIVE: Final = "active"
_ELSEWHERE: Final = (
    "Only new referrals are taken here. To add to a referral use POST /v1/referrals/{referral_id}/supplements, to "
    "take it back POST /v1/referrals/{referral_id}/withdrawal, with the id that the first answer gave."
)


@dataclass(frozen=True)
class Taken:
    """A message that can be taken, as the form it fills in."""

    message: Message
    message_id: str
    form: ReferralForm
    draft: Draft

    @property
    def key(self) -> str:
        """The same for the same message sent again, and for no other: made of its ids, as R4 has it."""
        raw = self.message.raw
        identifier = raw.get("identifier")
        value = identifier.get("value") if isinstance(identifier, dict) else None
        return "fhir-" + sha256(f"{self.message_id}\n{raw.get('id')}\n{value}".encode()).hexdigest()

    def reused(self) -> MessageRefused:
        """Why a message is refused whose ids came with other words before."""
        advice = "These ids came with a different referral before. Give the Bundle and its MessageHeader new ids."
        return MessageRefused([error(IssueCode.DUPLICATE, advice, "Bundle.id")])

    @cached_property
    def taken(self) -> Mapping[str, Fate]:
        """The fate of each place that was read: references that were followed have served their purpose."""
        return {**dict.fromkeys(self.message.followed, Fate.FRAME), **self.draft.taken}

    @cached_property
    def handling(self) -> Handling:
        """What the message says beside the form."""
        restricted = labels.is_restricted(self.message.raw, "Bundle")
        return Handling(self.not_taken, restricted=restricted, doubts=tuple(map(_doubt, self.draft.doubts)))

    @cached_property
    def not_taken(self) -> tuple[str, ...]:
        """What the message says and the referral does not, in FHIRPath."""
        return not_taken(self.message.raw, self.taken)

    def places_of(self, pointer: str) -> tuple[str, ...]:
        """Where the message says what a field of the form has, in FHIRPath; nothing of words out of many places."""
        steps = _pointer(pointer)
        return () if self.draft.is_of_words(steps) else tuple(map(fhir_path, self.draft.place_of(steps)))

    def refusal(self, problem: Problem) -> MessageRefused:
        """Why the rules refuse the referral, each reason where the message would have to say otherwise."""
        return MessageRefused(
            [
                error(IssueCode.BUSINESS_RULE, field.detail, *self.draft.place_of(_pointer(field.pointer)))
                for field in problem.errors
            ],
            status=problem.status,
        )


def take(document: object, *, arrived_on: date) -> Taken:
    """A new referral. Raises ``MessageRefused`` with everything that stands in its way.

    ``arrived_on`` is the day in London. What is current and what has ended is judged by the Bundle's own timestamp, so
    that the same message is read alike whenever it is sent; by the day of arrival when there is none.
    """
    message = read(document, arrived_on=arrived_on)
    header = message.header
    _check_event(header)
    if not message.header_id:
        raise MessageRefused([error(IssueCode.REQUIRED, "Give the MessageHeader an id.", header.path)])
    focus = header.focus[0] if header.focus else None
    request = message.get(focus, ServiceRequest, f"{header.path}.focus")
    _check_reason(header, request)
    draft = draft_of(message, request)
    draft.understand(*_understood(header), *labels.understood(message.raw, "Bundle"))
    return Taken(message, message.header_id, _form(draft), draft)


def _understood(header: MessageHeader) -> tuple[str, ...]:
    """What was checked of the header."""
    event, reason = header.event_coding, header.reason.code() if header.reason else None
    return (*(event.mapped() if event else ()), *(reason.places if reason else ()))


def _check_event(header: MessageHeader) -> None:
    event = header.event_coding
    if event is None or event.system != systems.MESSAGE_EVENTS or event.code != EVENT:
        advice = f"Send an eventCoding of {systems.MESSAGE_EVENTS} with the code {EVENT}: nothing else is taken here."
        raise MessageRefused([error(IssueCode.NOT_SUPPORTED, advice, f"{header.path}.event")])


def _check_reason(header: MessageHeader, request: ServiceRequest) -> None:
    reason = header.reason.code() if header.reason else None
    if reason and reason.value != _NEW:
        raise MessageRefused([error(IssueCode.NOT_SUPPORTED, _ELSEWHERE, f"{header.path}.reason")])
    if request.status not in (None, _ACTIVE):
        raise MessageRefused([error(IssueCode.NOT_SUPPORTED, _ELSEWHERE, f"{request.path}.status")])


def _form(draft: Draft) -> ReferralForm:
    try:
        return ReferralForm.model_validate(draft.document)
    except ValidationError as wrong:
        mistakes = zip(wrong.errors(include_url=False), mistakes_at(wrong, ""), strict=True)
        issues = [error(code, field.detail, *draft.place_of(mistake["loc"])) for mistake, (code, field) in mistakes]
        raise MessageRefused(issues) from wrong


def _doubt(doubt: tuple[Pointer, str, str]) -> Missing:
    pointer, place, why = doubt
    return Missing(MissingItem.CONTRADICTORY_DATES, pointer_of(pointer), f"{fhir_path(place)}: {why}")


def _pointer(pointer: str) -> Pointer:
    return tuple(int(part) if part.isdigit() else part for part in pointer.split("/")[1:])
