"""What a referral says: the request itself, worries, findings, agreements, warnings, documents."""

from typing import Literal

from pydantic import Field, StrictBool

from referral_intake.fhir.r4.amounts import Quantity, Range
from referral_intake.fhir.r4.coded import CodeableConcept, Coding
from referral_intake.fhir.r4.datatypes import Annotation, Attachment, ContactPoint
from referral_intake.fhir.r4.element import Element
from referral_intake.fhir.r4.primitives import Many, Text
from referral_intake.fhir.r4.resource import Identified, Resource
from referral_intake.fhir.r4.times import DateTime
from referral_intake.fhir.r4.values import Beside, Period, Reference, Valued

Priority = Literal["routine", "urgent", "asap", "stat"]
Intent = Literal[
    "proposal", "plan", "directive", "order", "original-order", "reflex-order", "filler-order", "instance-order",
    "option",
]  # fmt: skip
ObservationStatus = Literal[
    "registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown"
]
EncounterStatus = Literal[
    "planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled", "entered-in-error", "unknown"
]
ConsentStatus = Literal["draft", "proposed", "active", "rejected", "inactive", "entered-in-error"]


class Source(Element):
    """The system that sends a message."""

    name: Text | None = None
    software: Text | None = None
    contact: ContactPoint | None = None
    endpoint: Text | None = None


class Destination(Element):
    """Whom a message is for."""

    receiver: Reference | None = None


class MessageHeader(Resource):
    """What kind of message this is, from whom, and which resource it is about."""

    event_coding: Coding | None = None
    destination: Many[Destination] = ()
    sender: Reference | None = None
    author: Reference | None = None
    source: Source | None = None
    reason: CodeableConcept | None = None
    focus: Many[Reference] = ()


class ServiceRequest(Identified):
    """The referral: what is asked of whom, for which child."""

    status: Text | None = None
    intent: Intent | None = None
    do_not_perform: StrictBool | None = None
    category: Many[CodeableConcept] = ()
    priority: Priority | None = None
    code: CodeableConcept | None = None
    subject: Reference | None = None
    encounter: Reference | None = None
    authored_on: DateTime | None = None
    requester: Reference | None = None
    location_reference: Many[Reference] = ()
    reason_code: Many[CodeableConcept] = ()
    reason_reference: Many[Reference] = ()
    supporting_info: Many[Reference] = ()
    note: Many[Annotation] = ()


class Condition(Identified):
    """A worry, as a code, as text or both."""

    clinical_status: CodeableConcept | None = None
    verification_status: CodeableConcept | None = None
    severity: CodeableConcept | None = None
    code: CodeableConcept | None = None
    body_site: Many[CodeableConcept] = ()
    subject: Reference | None = None
    onset_date_time: DateTime | None = None
    onset_age: Quantity | None = None
    onset_period: Period | None = None
    onset_range: Range | None = None
    onset_string: Text | None = None
    abatement_date_time: DateTime | None = None
    abatement_date_time_beside: Beside | None = Field(None, alias="_abatementDateTime")
    abatement_age: Quantity | None = None
    abatement_period: Period | None = None
    abatement_range: Range | None = None
    abatement_string: Text | None = None
    abatement_boolean: StrictBool | None = None  # of DSTU2 and STU3; to pass it over would turn what is said round
    recorded_date: DateTime | None = None
    asserter: Reference | None = None
    note: Many[Annotation] = ()


class Component(Valued):
    """One part of an observation."""

    code: CodeableConcept | None = None
    data_absent_reason: CodeableConcept | None = None
    interpretation: Many[CodeableConcept] = ()


class Observation(Identified, Valued):
    """Something seen, heard or thought."""

    status: ObservationStatus | None = None
    code: CodeableConcept | None = None
    subject: Reference | None = None
    focus: Many[Reference] = ()
    effective_date_time: DateTime | None = None
    effective_period: Period | None = None
    effective_instant: DateTime | None = None
    performer: Many[Reference] = ()
    data_absent_reason: CodeableConcept | None = None
    interpretation: Many[CodeableConcept] = ()
    body_site: CodeableConcept | None = None
    method: CodeableConcept | None = None
    component: Many[Component] = ()
    has_member: Many[Reference] = ()
    note: Many[Annotation] = ()


class Provision(Element):
    """What a consent permits or denies, and for how long."""

    type: Literal["deny", "permit"] | None = None
    period: Period | None = None


class Consent(Identified):
    """One agreement, or its refusal."""

    status: ConsentStatus | None = None
    scope: CodeableConcept | None = None
    category: Many[CodeableConcept] = ()
    patient: Reference | None = None
    date_time: DateTime | None = None
    performer: Many[Reference] = ()
    policy_rule: CodeableConcept | None = None
    provision: Provision | None = None


class DocumentContent(Element):
    """One form of a document."""

    attachment: Attachment | None = None


class DocumentRelation(Element):
    """What a document is to another one."""

    code: Literal["replaces", "transforms", "signs", "appends"] | None = None
    target: Reference | None = None


class DocumentReference(Identified):
    """A document that the sender holds."""

    status: Literal["current", "superseded", "entered-in-error"] | None = None
    doc_status: Literal["preliminary", "final", "amended", "entered-in-error"] | None = None
    type: CodeableConcept | None = None
    subject: Reference | None = None
    date: DateTime | None = None
    relates_to: Many[DocumentRelation] = ()
    description: Text | None = None
    content: Many[DocumentContent] = ()


class Flag(Identified):
    """A warning."""

    status: Literal["active", "inactive", "entered-in-error"] | None = None
    category: Many[CodeableConcept] = ()
    code: CodeableConcept | None = None
    subject: Reference | None = None
    period: Period | None = None


class ListEntry(Element):
    """One item of a list. ``deleted``: it is on the list no longer."""

    deleted: StrictBool | None = None
    item: Reference | None = None


class List(Identified):
    """A list of what stands elsewhere."""

    status: Literal["current", "retired", "entered-in-error"] | None = None
    entry: Many[ListEntry] = ()


class EncounterLocation(Element):
    """Where an encounter takes place."""

    location: Reference | None = None
    status: Literal["planned", "active", "reserved", "completed"] | None = None
    period: Period | None = None


class Encounter(Identified):
    """The contact with the child out of which the referral came."""

    status: EncounterStatus | None = None
    subject: Reference | None = None
    period: Period | None = None
    location: Many[EncounterLocation] = ()
