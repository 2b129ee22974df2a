"""People, the organisations they work for and the places where they are."""

from pydantic import StrictBool

from referral_intake.fhir.r4.datatypes import (
    Address,
    CodeableConcept,
    ContactPoint,
    Date,
    Extensible,
    Gender,
    HumanName,
    Reference,
    Text,
)
from referral_intake.fhir.r4.element import Element
from referral_intake.fhir.r4.resource import Identified


class Communication(Element):
    """A language somebody speaks."""

    language: CodeableConcept | None = None
    preferred: StrictBool | None = None


class PatientContact(Extensible):
    """Somebody to reach for a patient."""

    relationship: tuple[CodeableConcept, ...] = ()
    name: HumanName | None = None
    telecom: tuple[ContactPoint, ...] = ()
    gender: Gender | None = None


class Patient(Identified):
    """A child, born or unborn."""

    active: StrictBool | None = None
    name: tuple[HumanName, ...] = ()
    telecom: tuple[ContactPoint, ...] = ()
    gender: Gender | None = None
    birth_date: Date | None = None
    address: tuple[Address, ...] = ()
    contact: tuple[PatientContact, ...] = ()
    communication: tuple[Communication, ...] = ()
    general_practitioner: tuple[Reference, ...] = ()


class RelatedPerson(Identified):
    """Somebody who matters in a child's life."""

    active: StrictBool | None = None
    patient: Reference | None = None
    relationship: tuple[CodeableConcept, ...] = ()
    name: tuple[HumanName, ...] = ()
    telecom: tuple[ContactPoint, ...] = ()
    gender: Gender | None = None
    birth_date: Date | None = None
    address: tuple[Address, ...] = ()


class Practitioner(Identified):
    """Somebody who works with children."""

    active: StrictBool | None = None
    name: tuple[HumanName, ...] = ()
    telecom: tuple[ContactPoint, ...] = ()


class PractitionerRole(Identified):
    """What somebody does for an organisation."""

    active: StrictBool | None = None
    practitioner: Reference | None = None
    organization: Reference | None = None
    code: tuple[CodeableConcept, ...] = ()
    specialty: tuple[CodeableConcept, ...] = ()
    telecom: tuple[ContactPoint, ...] = ()


class Organization(Identified):
    """A school, a surgery, a hospital, an agency."""

    name: Text | None = None
    telecom: tuple[ContactPoint, ...] = ()
    address: tuple[Address, ...] = ()


class Location(Identified):
    """A place."""

    name: Text | None = None
    description: Text | None = None
    address: Address | None = None
