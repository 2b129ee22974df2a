"""People, the organisations they work for and the places where they are."""

from typing import Final, Literal

from pydantic import Field, StrictBool

from referral_intake.fhir.r4.coded import CodeableConcept
from referral_intake.fhir.r4.datatypes import Address, ContactPoint, HumanName
from referral_intake.fhir.r4.element import Element, Said
from referral_intake.fhir.r4.primitives import Date, Gender, LinkType, Many, Text
from referral_intake.fhir.r4.resource import Identified
from referral_intake.fhir.r4.times import DateTime
from referral_intake.fhir.r4.values import Beside, Extensible, Period, Reference
from referral_intake.fhir.systems import DEATH_NOTIFICATION

_NOTICES: Final = frozenset({"1", "2"})
"""Informal and formal notices; U says that one was removed.

Source: HL7 UK, code system CareConnect-DeathNotificationStatus-1, 1.1.0 of 12 November 2018, in UK Core too.
"""


class Communication(Extensible):
    """A language somebody speaks."""

    language: CodeableConcept | None = None
    preferred: StrictBool | None = None


class PatientContact(Extensible):
    """Somebody to reach for a patient."""

    relationship: Many[CodeableConcept] = ()
    name: HumanName | None = None
    telecom: Many[ContactPoint] = ()
    address: Address | None = None
    gender: Gender | None = None
    organization: Reference | None = None
    period: Period | None = None


class Link(Element):
    """Another record of the same person."""

    other: Reference | None = None
    type: LinkType


class Patient(Identified):
    """A child, born or unborn."""

    active: StrictBool | None = None
    name: Many[HumanName] = ()
    telecom: Many[ContactPoint] = ()
    gender: Gender | None = None
    birth_date: Date | None = None
    deceased_boolean: StrictBool | None = None
    deceased_date_time: DateTime | None = None
    deceased_date_time_beside: Beside | None = Field(None, alias="_deceasedDateTime")
    address: Many[Address] = ()
    contact: Many[PatientContact] = ()
    communication: Many[Communication] = ()
    general_practitioner: Many[Reference] = ()
    link: Many[Link] = ()

    @property
    def has_died(self) -> bool:
        """Whether the record says so; that a date of the death is missing says so too."""
        dates = (self.deceased_date_time, self.deceased_date_time_beside, self.death_notice)
        return self.deceased_boolean is True or any(date is not None for date in dates)

    @property
    def death_notice(self) -> Said[str] | None:
        """That the NHS was told of the death, by what its demographics service adds to a record."""
        found = self.extension_of(DEATH_NOTIFICATION)
        status = found.part("deathNotificationStatus") if found else None
        concept = status.value_codeable_concept if status else None
        said = next((coding for coding in concept.coding if coding.code in _NOTICES), None) if concept else None
        words = said.words() if said else None
        if found is None or status is None or words is None:
            return None
        return Said(words.value, (found.at("url"), status.at("url"), *words.places))


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
    period: Period | None = None
    communication: Many[Communication] = ()


class Practitioner(Identified):
    """Somebody who works with children."""

    active: StrictBool | None = None
    name: Many[HumanName] = ()
    telecom: Many[ContactPoint] = ()


class PractitionerRole(Identified):
    """What somebody does for an organisation."""

    active: StrictBool | None = None
    period: Period | None = None
    practitioner: Reference | None = None
    organization: Reference | None = None
    code: Many[CodeableConcept] = ()
    specialty: Many[CodeableConcept] = ()
    telecom: Many[ContactPoint] = ()


class Organization(Identified):
    """A school, a surgery, a hospital, an agency."""

    active: StrictBool | None = None
    name: Text | None = None
    telecom: Many[ContactPoint] = ()
    address: Many[Address] = ()


class Location(Identified):
    """A place."""

    status: Literal["active", "suspended", "inactive"] | None = None
    mode: Literal["instance", "kind"] | None = None
    name: Text | None = None
    description: Text | None = None
    address: Address | None = None
