"""The names (URIs) of identifiers, code systems and extensions that the FHIR door knows."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from contracts.codes import Ethnicity, Sex

_OURS: Final = "https://frontdoor.example.org/fhir"

NHS_NUMBER: Final = "https://fhir.nhs.uk/Id/nhs-number"
ODS_CODE: Final = "https://fhir.nhs.uk/Id/ods-organization-code"
UPN: Final = f"{_OURS}/Id/upn"
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

RELIGION: Final = "http://hl7.org/fhir/StructureDefinition/patient-religion"
INTERPRETER: Final = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
NHS_COMMUNICATION: Final = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSCommunication"
ETHNIC_CATEGORY: Final = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-EthnicCategory"


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
