"""Which resources are read, and which names R4 gives to elements.

A path that leaves the service is made of these names only: anything else in a message may be what somebody wrote.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from referral_intake.fhir.r4 import content, people
from referral_intake.fhir.r4.element import Element, step
from referral_intake.fhir.r4.resource import Resource

KINDS: Final[Mapping[str, type[Resource]]] = MappingProxyType(
    {
        kind.__name__: kind
        for kind in (
            content.MessageHeader,
            content.ServiceRequest,
            content.Condition,
            content.Observation,
            content.Consent,
            content.DocumentReference,
            content.Flag,
            content.Encounter,
            content.List,
            people.Patient,
            people.RelatedPerson,
            people.Practitioner,
            people.PractitionerRole,
            people.Organization,
            people.Location,
        )
    }
)
"""The resources that are read. All others are passed over, and reported to the sender as not taken."""

_ELEMENTS: Final = """
    abatement account action active activity actor additionalInstruction address admitSource age alias allDay
    allergyIntolerance altitude appliesTo appointment asNeeded asNeededBoolean asNeededCodeableConcept asserter
    assessment assigner attachment authenticator author authoredOn authority availabilityExceptions availableEndTime
    availableStartTime availableTime basedOn birthDate bodySite boundsDuration boundsPeriod boundsRange category
    citation city class classHistory clinicalStatus closingTime code codeFilter coding communication comparator
    component condition contact contained content contentType context count countMax country creation currency
    custodian data dataAbsentReason dataPeriod date dateFilter dateTime dayOfWeek daysOfWeek deceased definition
    deleted denominator derivedFrom description destination detail details device diagnosis dietPreference dimensions
    direction dischargeDisposition display district div docStatus document documentation doNotPerform doseAndRate
    doseQuantity doseRange duration durationMax durationUnit during effective encounter end endpoint enterer entry
    episodeOfCare etag event evidence exclude expression extension facilityType factor family focus format frequency
    frequencyMax fullUrl gender generalPractitioner given hash hasMember healthcareService high hospitalization
    hoursOfOperation id identifier ifMatch ifModifiedSince ifNoneExist ifNoneMatch implicitRules individual
    instantiatesCanonical instantiatesUri insurance intent interpretation issued issuer item label language
    lastModified lastUpdated latitude length limit line link linkId location locationCode locationReference
    longitude low lowerLimit managingOrganization maritalStatus masterIdentifier max maxDosePerAdministration
    maxDosePerLifetime maxDosePerPeriod meaning meta method min mode modifierExtension multipleBirth mustSupport
    name notAvailable note numerator occurrence offset onBehalfOf onset openingTime operationalStatus orderDetail
    organization origin other outcome participant partOf path patient patientInstruction payload performer
    performerType period periodMax periodUnit photo physicalType policy policyRule position postalCode
    practiceSetting practitioner preAdmissionIdentifier preferred prefix priority procedure profile provision
    purpose qualification quantity quantityQuantity quantityRange quantityRatio rank rateQuantity rateRange
    rateRatio reAdmission reason reasonCode reasonReference receiver recordedDate recorder reference referenceRange
    related relatesTo relation relationship relevantHistory repeat replaces request requester requisition resource
    resourceType response responsible role route scope score search searchParam security securityLabel sender
    sequence serviceProvider serviceType severity sigFormat signature site size software sort source
    sourceAttachment sourcePatientInfo sourceReference specialArrangement specialCourtesy specialty specimen stage
    start state status statusHistory subject subjectCodeableConcept subjectReference suffix summary supportingInfo
    system tag target targetFormat telecom text time timeOfDay timestamp timing timingDate timingDateTime
    timingReference timingTiming title total type unit upperLimit uri url use userSelected value valueSet
    verification verificationDate verificationStatus verified verifiedWith version versionId when who
"""


NAMES: Final = frozenset(_ELEMENTS.split())
"""Element names of R4 (4.0.1): of the resources above, of all data types, of some resources that are passed over."""


def _aliases(kind: type[Element]) -> Iterator[str]:
    yield from (field.alias or name for name, field in kind.model_fields.items())
    for inner in kind.__subclasses__():
        yield from _aliases(inner)


JSON_NAMES: Final = NAMES | frozenset(_aliases(Element))
"""The same as JSON has them, where it says which kind of value an element holds: ``valueString``."""


def fhir_path(place: str) -> str:
    """A place of the sender's JSON in FHIRPath, as senders are shown it.

    A name that is not R4's is not shown: ``children()`` stands for it, so that nobody reads the place of what holds it.
    """
    return ".".join(_steps(place))


def _steps(place: str) -> Iterator[str]:
    for part in place.split("."):
        name, bracket, number = part.partition("[")
        is_known = step(name) in NAMES or name == "Bundle"
        yield f"{step(name)}{bracket}{number}" if is_known else "children()"
