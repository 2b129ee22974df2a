"""The whole referral: a request, and everything around it."""

from collections.abc import Iterator
from typing import Final

from referral_intake.fhir import systems
from referral_intake.fhir.draft import Draft, Part
from referral_intake.fhir.issues import IssueCode, MessageRefused, error
from referral_intake.fhir.mapping.agreement import agreements
from referral_intake.fhir.mapping.children import child_of, children_of
from referral_intake.fhir.mapping.content import Told, observations, papers, warnings, worries
from referral_intake.fhir.mapping.family import household_of
from referral_intake.fhir.mapping.professionals import professionals_of, referrer_of
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.content import ServiceRequest
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import Organization
from referral_intake.fhir.r4.resource import Resource

_EMERGENCY: Final = "stat"
_RESPONSES: Final = systems.code_system("requested-response")


def draft_of(message: Message, request: ServiceRequest) -> Draft:
    """The form as the message fills it in. Raises ``MessageRefused`` for what cannot be taken at all."""
    if request.do_not_perform:
        advice = "Leave this out: a referral cannot ask for something not to be done."
        raise MessageRefused([error(IssueCode.NOT_SUPPORTED, advice, f"{request.path}.doNotPerform")])
    draft = Draft()
    draft.add((), Part(request.path, {}))
    draft.add(("concern",), Part(request.path, {}))
    _people(draft, message, request)
    _words(draft, message, request)
    draft.covered.update(_receivers(message, request))
    draft.finish()
    return draft


def _people(draft: Draft, message: Message, request: ServiceRequest) -> None:
    children = children_of(message, request)
    referrer, practitioner = referrer_of(message, request)
    draft.add(("referrer",), referrer)
    draft.add(("children",), tuple(child_of(message, child, request) for child in children))
    draft.add(("household",), household_of(message, children))
    draft.add(("professionals",), tuple(professionals_of(message, referrer=practitioner)))


def _receivers(message: Message, request: ServiceRequest) -> Iterator[str]:
    """Those the message is for are known here: what it says of them needs no mention."""
    for reference in (*(each.receiver for each in message.header.destination), *request.performer):
        receiver = message.find(reference, Resource)
        if receiver is not None and (isinstance(receiver, Organization) or type(receiver) is Resource):
            yield receiver.path


def _words(draft: Draft, message: Message, request: ServiceRequest) -> None:
    told = Told(message, children_of(message, request))
    if request.priority == _EMERGENCY:
        draft.add(("immediate_danger",), Said(True, (f"{request.path}.priority",)))
    if request.code and (response := request.code.code_of(_RESPONSES)):
        draft.add(("requested_response",), response)
    sayings = (
        *worries(told, request),
        *observations(told),
        *warnings(told),
        *agreements(message),
        *papers(message),
    )
    for pointer, tree in sayings:
        draft.add(pointer, tree)
