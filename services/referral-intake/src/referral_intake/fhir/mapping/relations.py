"""What somebody is to a child: as a code where one is known, and in the sender's words."""

from collections.abc import Mapping, Sequence
from typing import Final

from contracts.codes import FamilyRole
from referral_intake.fhir import systems
from referral_intake.fhir.draft import Tree
from referral_intake.fhir.mapping.words import words_of
from referral_intake.fhir.r4.coded import CodeableConcept
from referral_intake.fhir.r4.element import Said

_ROLES: Final[Mapping[FamilyRole, str]] = {
    FamilyRole.MOTHER: "MTH NMTH ADOPTM GESTM",
    FamilyRole.FATHER: "FTH NFTH ADOPTF",
    FamilyRole.PARENT: "PRN NPRN ADOPTP",
    FamilyRole.STEP_PARENT: "STPPRN STPMTH STPFTH",
    FamilyRole.SIBLING: "SIB BRO SIS HSIB HBRO HSIS NSIB NBRO NSIS STPSIB STPBRO STPSIS TWIN",
    FamilyRole.GRANDPARENT: "GRPRN GRMTH GRFTH MGRMTH MGRFTH PGRMTH PGRFTH MGRPRN PGRPRN",
    FamilyRole.OTHER_RELATIVE: "AUNT UNCLE MAUNT PAUNT MUNCLE PUNCLE COUSN NIECE NEPHEW NIENEPH",
    FamilyRole.GUARDIAN: "GUARD",
    FamilyRole.FOSTER_CARER: "PRNFOST MTHFOST FTHFOST",
}
_ROLE_OF: Final = {code: role for role, codes in _ROLES.items() for code in codes.split()}


def relationship_of(concepts: Sequence[CodeableConcept]) -> dict[str, Tree]:
    """The fields of the form that say who somebody is to the child."""
    worded = [concept for concept in concepts if concept.text or any(coding.display for coding in concept.coding)]
    role = role_of(concepts)
    return {"relationship": words_of(worded), **({"role": role} if role else {})}


def role_of(concepts: Sequence[CodeableConcept]) -> Said[str] | None:
    """The role, of our own codes or of HL7's."""
    for concept in concepts:
        if own := concept.code_of(systems.code_system("family-role")):
            return own
        kind = concept.code_of(systems.ROLES)
        if kind and kind.value in _ROLE_OF:
            return Said(_ROLE_OF[kind.value].value, kind.places)
    return None
