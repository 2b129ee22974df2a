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
    Many,
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

    relationship: Many[CodeableConcept] = ()
    name: HumanName | None = None
    telecom: Many[ContactPoint] = ()
    gender: Gender | None = None


class Patient(Identified):
    """A child, born or unborn."""

    active: StrictBool | None = None
    name: Many[HumanName] = ()
    telecom: Many[ContactPoint] = ()
    gender: Gender | None = None
    birth_date: Date | None = None
    address: Many[Address] = ()
    contact: Many[PatientContact] = ()
    communication: Many[Communication] = ()
    general_practitioner: Many[Reference] = ()


class RelatedPerson(Identified):
    """Somebody who matters in a child's life."""

    active: StrictBool | None = None
    patient: Reference | None = None
    relationship: Many[CodeableConcept] = ()
    name: Many[HumanName] = ()
    telecom: Many[ContactPoint] = ()
    gender: Gender | None = None
    birth_date: Date | None = None
    address: Many[Address] = ()


class Practitioner(Identified):
    """Somebody who works with children."""

    active: StrictBool | None = None
    name: Many[HumanName] = ()
    telecom: Many[ContactPoint] = ()


class PractitionerRole(Identified):
    """What somebody does for an organisation."""

    active: StrictBool | None = None
    practitioner: Reference | None = None
    organization: Reference | None = None
    code: Many[CodeableConcept] = ()
    specialty: Many[CodeableConcept] = ()
    telecom: Many[ContactPoint] = ()


class Organization(Identified):
    """A school, a surgery, a hospital, an agency."""

    name: Text | None = None
    telecom: Many[ContactPoint] = ()
    address: Many[Address] = ()


class Location(Identified):
    """A place."""

    name: Text | None = None
    description: Text | None = None
    address: Address | None = None
