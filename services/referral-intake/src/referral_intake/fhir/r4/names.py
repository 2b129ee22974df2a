"""Which resources are read, and which names R4 gives to elements.

A path that leaves the service is made of these names only: anything else in a message may be what somebody wrote.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from referral_intake.fhir.r4 import content, datatypes, people
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

_UNREAD: Final = """
    abatement activity address alias allergyIntolerance appointment asNeeded asserter assigner authenticator
    availabilityExceptions availableTime basedOn birthDate bodySite category city class classHistory clinicalStatus
    code comparator component contact contained contentType context country custodian dataAbsentReason dateTime
    deceased definition destination device diagnosis district docStatus effective encounter end endpoint entry
    episodeOfCare event evidence exclude expression extension family focus format fullUrl gender given hash
    hospitalization hoursOfOperation identifier implicitRules instantiatesCanonical instantiatesUri insurance intent
    interpretation issued item language length line link linkId managingOrganization maritalStatus masterIdentifier
    meta method mode modifierExtension multipleBirth name notAvailable occurrence onset operationalStatus orderDetail
    organization partOf participant patientInstruction payload performerType period photo physicalType policy
    position postalCode prefix preferred priority procedure profile provision purpose qualification quantity rank
    reasonCode reasonReference receiver recorder recordedDate referenceRange relatesTo relevantHistory replaces
    requisition resource resourceType response responsible scope securityLabel serviceProvider serviceType severity size
    software source sourceAttachment sourceReference specimen stage start state status statusHistory subject
    suffix supportingInfo system tag telecom text time timestamp title type unit use userSelected value version
    versionId verification lastUpdated
"""


def _aliases(module: object) -> Iterator[str]:
    for kind in vars(module).values():
        if isinstance(kind, type) and issubclass(kind, Element):
            yield from (step(field.alias or name) for name, field in kind.model_fields.items())


NAMES: Final = frozenset(name for module in (content, datatypes, people) for name in _aliases(module)) | frozenset(
    _UNREAD.split()
)
"""Element names of R4, as far as the resources above have them."""
