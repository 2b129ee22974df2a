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
    abatement about account achievementStatus action active activity actor actual additionalInstruction address
    addresses administered admitSource age alias allDay allergyIntolerance altitude amount answer appliesTo
    appointment appointmentType asNeeded asNeededBoolean asNeededCodeableConcept asserter assessment assigner
    assurance attachment attester authenticator author authored authoredOn authority availabilityExceptions
    availableEndTime availableStartTime availableTime basedOn basis batch beneficiary birthDate bodySite born
    boundsDuration boundsPeriod boundsRange businessStatus cancelationReason careManager careTeam category
    changePattern characteristic citation city class classHistory clinicalStatus closingTime code codeFilter coding
    communication comparator complication component conclusion conclusionCode condition confidentiality contact
    contained content contentType context contributor costToBeneficiary count countMax country courseOfTherapyType
    coverage created creation criticality currency custodian data dataAbsentReason dataPeriod date dateAsserted
    dateFilter dateTime dayOfWeek daysOfWeek deceased definition deleted denominator dependent derivedFrom
    description destination detail details device deviceName diagnosis dietPreference dimensions direction
    dischargeDisposition dispenseRequest display distinctIdentifier district div docStatus document documentation
    doNotPerform dosage dosageInstruction doseAndRate doseNumber doseQuantity doseRange duration durationMax
    durationUnit during education effective emptyReason encounter end endpoint enterer entity entry episodeOfCare
    estimatedAge etag event evidence exclude executionPeriod expirationDate exposureRoute expression extension
    facilityType factor family finding flag focus followUp for form format frequency frequencyMax fullUrl
    fundingSource gender generalPractitioner given goal groupIdentifier hash hasMember healthcareService high
    hospitalization hoursOfOperation id identifier ifMatch ifModifiedSince ifNoneExist ifNoneMatch image
    imagingStudy implicitRules inactive individual informationSource ingredient input inResponseTo
    instantiatesCanonical instantiatesUri insurance intent interpretation investigation isSubpotent issued issuer
    item label language lastModified lastOccurrence lastUpdated latitude length lifecycleStatus limit line link
    linkId location locationCode locationReference longitude lotNumber low lowerLimit managingEntity
    managingOrganization manifestation manufacturer maritalStatus masterIdentifier max maxDosePerAdministration
    maxDosePerLifetime maxDosePerPeriod meaning media medication medium member meta method min minutesDuration
    mitigation mode modelNumber modifierExtension multipleBirth mustSupport name network notAvailable note numerator
    occurred occurrence offset onBehalfOf onset openingTime operationalStatus order orderDetail orderedBy
    organization origin other outcome outcomeCode outcomeCodeableConcept outcomeReference output owner parameter
    parent participant partOf path patient patientInstruction payload payor performed performer performerType period
    periodMax periodUnit photo physicalType policy policyHolder policyRule position postalCode practiceSetting
    practitioner preAdmissionIdentifier prediction preferred prefix presentedForm previous primarySource priority
    priorPrescription probability problem procedure productCode profile prognosisCodeableConcept programEligibility
    progress protocol protocolApplied provision purpose qualification qualitativeRisk quantity quantityQuantity
    quantityRange quantityRatio questionnaire rank rateQuantity rateRange rateRatio rationale reaction reAdmission
    reason reasonCode reasonReference received receiver recipient recorded recordedDate recorder reference
    referenceRange referralRequest related relatesTo relation relationship relativeRisk relevantHistory repeat
    replaces reported reportOrigin request requestedPeriod requester required requisition resource resourceType
    response responsible restriction result resultsInterpreter role route scope score search searchParam section
    security securityContext securityLabel sender sent sequence serialNumber series seriesDoses serviceCategory
    serviceProvider serviceType severity sex sigFormat signature site size slot software sort source
    sourceAttachment sourcePatientInfo sourceReference specialArrangement specialCourtesy specialty specimen stage
    start startDate state status statusDate statusHistory statusReason strength subject subjectCodeableConcept
    subjectReference subpotentReason subscriber subscriberId substance substitution suffix summary supportingInfo
    supportingInformation system tag target targetDisease targetFormat team telecom text time timeOfDay timestamp
    timing timingDate timingDateTime timingReference timingTiming title topic total type udiCarrier unit upperLimit
    uri url use used usedCode usedReference userSelected vaccineCode value valueSet verification verificationDate
    verificationStatus verified verifiedWith version versionId what when whenHandedOver whenPrepared who
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
