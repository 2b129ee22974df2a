"""The whole referral: a request, and everything around it."""

from collections.abc import Iterator
from typing import Final

from referral_intake.fhir import systems
from referral_intake.fhir.draft import Draft, Part
from referral_intake.fhir.issues import IssueCode, MessageRefused, error
from referral_intake.fhir.mapping.agreement import agreements
from referral_intake.fhir.mapping.children import child_of, history_of_child, history_of_relative
from referral_intake.fhir.mapping.doubts import doubts_in
from referral_intake.fhir.mapping.family import former_family, history_of_family, household_of
from referral_intake.fhir.mapping.findings import observations
from referral_intake.fhir.mapping.flags import flags
from referral_intake.fhir.mapping.papers import papers
from referral_intake.fhir.mapping.places import former_places
from referral_intake.fhir.mapping.professionals import (
    former_professionals,
    history_of_professionals,
    professionals_of,
    referrer_of,
)
from referral_intake.fhir.mapping.records import Records, records_of
from referral_intake.fhir.mapping.saying import FACTS, HISTORY, Saying, history
from referral_intake.fhir.mapping.words import whole_name
from referral_intake.fhir.mapping.worries import deaths, worries
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.content import ServiceRequest
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.people import Practitioner
from referral_intake.fhir.r4.words import named

_EMERGENCY: Final = "stat"
_ONE_OF_SEVERAL: Final = "option"
_RESPONSES: Final = systems.code_system("requested-response")


def draft_of(message: Message, request: ServiceRequest) -> Draft:
    """The form as the message fills it in. Raises ``MessageRefused`` for what cannot be taken at all."""
    _check_intent(request)
    records = records_of(message, request)
    draft = Draft()
    draft.add((), Part(request.path, {}, (request.at("status"), request.at("intent"), request.at("do_not_perform"))))
    draft.add(("concern",), Part(request.path, {}))
    practitioner = _people(draft, records, request)
    for pointer, tree in (*_request(request), *_sayings(records, request), *_history(records, request, practitioner)):
        draft.add(pointer, tree)
    draft.finish()
    doubts = ((draft.words_at(place), place, why) for place, why in doubts_in(records))
    draft.doubts = tuple((pointer, place, why) for pointer, place, why in doubts if pointer)
    return draft


def _check_intent(request: ServiceRequest) -> None:
    if request.do_not_perform:
        advice = "Leave this out: a referral cannot ask for something not to be done."
        raise MessageRefused([error(IssueCode.NOT_SUPPORTED, advice, request.at("do_not_perform"))])
    if request.intent == _ONE_OF_SEVERAL:
        advice = "Send what you ask for: a choice between several things is no referral."
        raise MessageRefused([error(IssueCode.NOT_SUPPORTED, advice, request.at("intent"))])


def _people(draft: Draft, records: Records, request: ServiceRequest) -> Practitioner | None:
    message = records.message
    referrer, practitioner = referrer_of(message, request)
    draft.add(("referrer",), referrer)
    draft.add(("children",), tuple(child_of(records, record, request) for record in records.children))
    draft.add(("household",), household_of(records))
    draft.add(("professionals",), tuple(professionals_of(message, referrer=practitioner)))
    return practitioner


def _request(request: ServiceRequest) -> Iterator[Saying]:
    """What is asked, and how soon."""
    if request.priority == _EMERGENCY:
        yield ("immediate_danger",), Said(True, (request.at("priority"),))
    else:
        yield FACTS, named("Priority that the sender gave:", request.said("priority"))
    response = request.code.code_of(_RESPONSES) if request.code else None
    if response:
        yield ("requested_response",), response
    elif request.code:
        yield FACTS, named("Asked for:", request.code.words())


def _sayings(records: Records, request: ServiceRequest) -> Iterator[Saying]:
    yield from worries(records, request)
    yield from deaths(records)
    yield from observations(records)
    yield from flags(records)
    yield from agreements(records)
    yield from papers(records)


def _history(records: Records, request: ServiceRequest, referrer: Practitioner | None) -> Iterator[Saying]:
    message = records.message
    whom = records.about(request.subject)
    yield from (history(whom, said) for said in former_places(message, request))
    for record in records.children:
        whose = whole_name(record.main.name, message.as_of)
        yield from (history(whose, said) for said in history_of_child(message, record))
    for record in records.others:
        whose = whole_name(record.main.name, message.as_of)
        yield from (history(whose, said) for said in history_of_relative(message, record))
    yield from ((HISTORY, said) for said in former_family(records))
    yield from (history(*each) for each in history_of_family(message))
    yield from ((HISTORY, said) for said in former_professionals(message, referrer=referrer))
    yield from (history(*each) for each in history_of_professionals(message))
