"""The names (URIs) of identifiers, code systems and extensions that the FHIR door knows."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from contracts.codes import Ethnicity, Sex

_OURS: Final = "https://frontdoor.example.org/fhir"

NHS_NUMBER: Final = "https://fhir.nhs.uk/Id/nhs-number"
ODS_CODE: Final = "https://fhir.nhs.uk/Id/ods-organization-code"
UPN: Final = f"{_OURS}/Id/upn"
SCHOOL_URN: Final = f"{_OURS}/Id/school-urn"
CHILD_ID: Final = f"{_OURS}/Id/local-authority-child-id"
REFERENCE: Final = f"{_OURS}/Id/referral-reference"
REFERRAL_ID: Final = f"{_OURS}/Id/referral-id"

MESSAGE_EVENTS: Final = "https://fhir.nhs.uk/CodeSystem/message-events-bars"
FLAG_CATEGORIES: Final = "https://fhir.nhs.uk/CodeSystem/flag-categories-bars"
ETHNIC_CATEGORIES: Final = frozenset(
    {
        "https://fhir.hl7.org.uk/CodeSystem/UKCore-EthnicCategory",
        "https://fhir.hl7.org.uk/CodeSystem/UKCore-EthnicCategoryEngland",
    }
)

SNOMED: Final = "http://snomed.info/sct"
LOINC: Final = "http://loinc.org"
ROLES: Final = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"

RELIGION: Final = "http://hl7.org/fhir/StructureDefinition/patient-religion"
INTERPRETER: Final = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
NHS_COMMUNICATION: Final = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSCommunication"
DEATH_NOTIFICATION: Final = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-DeathNotificationStatus"
CONTACT_PREFERENCE: Final = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-ContactPreference"
NUMBER_VERIFICATION: Final = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus"
ETHNIC_CATEGORY: Final = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-EthnicCategory"


_FORMER_NAMES: Final = {
    NHS_NUMBER: ("http://fhir.nhs.net/Id/nhs-number", "urn:oid:2.16.840.1.113883.2.1.4.1"),
    ODS_CODE: ("http://fhir.nhs.net/Id/ods-organization-code", "urn:oid:2.16.840.1.113883.2.1.3.2.4.19.1"),
}
"""What other NHS messages call the same registers: GP Connect before FHIR STU3, and HL7 v3 and CDA by their OIDs."""


def _plain(name: str) -> str:
    return name.strip().casefold().rstrip("/").removeprefix("https://").removeprefix("http://")


_REGISTERS: Final = {
    _plain(name): register
    for register in (NHS_NUMBER, ODS_CODE, UPN, CHILD_ID, SCHOOL_URN)
    for name in (register, *_FORMER_NAMES.get(register, ()))
}


def register_of(system: str | None) -> str | None:
    """The register that an identifier's system names, by the name it has here; any other as it was sent."""
    return _REGISTERS.get(_plain(system), system) if system else None


_OTHER_NAMES: Final = {
    SNOMED: ("urn:oid:2.16.840.1.113883.6.96",),
    LOINC: ("urn:oid:2.16.840.1.113883.6.1",),
    ROLES: ("http://hl7.org/fhir/v3/RoleCode", "urn:oid:2.16.840.1.113883.5.111"),
}
_TERMINOLOGIES: Final = {_plain(other): _plain(name) for name, others in _OTHER_NAMES.items() for other in others}
"""What FHIR STU3, and HL7 v3 and CDA by their OIDs, call the same code systems."""


@lru_cache(maxsize=1024)
def terminology_of(system: str) -> str:
    """A code system as it is compared, however its address is written: also of one edition or version of it."""
    plain = _plain(system.partition("|")[0])
    if plain.startswith(f"{_plain(SNOMED)}/"):
        return _plain(SNOMED)
    return _TERMINOLOGIES.get(plain, plain)


def code_system(name: str) -> str:
    """The code system of one of our own code lists, named as at ``GET /v1/code-lists``."""
    return f"{_OURS}/CodeSystem/{name}"


def extension(name: str) -> str:
    """The definition of one of our own extensions."""
    return f"{_OURS}/StructureDefinition/{name}"


ERRORS: Final = code_system("error")

SEX_OF_GENDER: Final[Mapping[str, Sex]] = MappingProxyType(
    {"male": Sex.MALE, "female": Sex.FEMALE, "unknown": Sex.UNKNOWN}
)
"""FHIR's administrative gender as the DfE list has it; ``other`` has no counterpart there."""

ETHNICITY_OF_CATEGORY: Final[Mapping[str, Ethnicity]] = MappingProxyType(
    {
        "A": Ethnicity.WBRI,
        "B": Ethnicity.WIRI,
        "C": Ethnicity.WOTH,
        "D": Ethnicity.MWBC,
        "E": Ethnicity.MWBA,
        "F": Ethnicity.MWAS,
        "G": Ethnicity.MOTH,
        "H": Ethnicity.AIND,
        "J": Ethnicity.APKN,
        "K": Ethnicity.ABAN,
        "L": Ethnicity.AOTH,
        "M": Ethnicity.BCRB,
        "N": Ethnicity.BAFR,
        "P": Ethnicity.BOTH,
        "R": Ethnicity.CHNE,
        "S": Ethnicity.OOTH,
        "Z": Ethnicity.REFU,
        "99": Ethnicity.NOBT,
    }
)
"""NHS Data Dictionary, ethnic category code 2001, as the DfE list has it (Z is asked, and declined to say)."""
