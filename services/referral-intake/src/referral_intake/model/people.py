"""Who sends and who asks, as their tokens say, and what each role may see."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from contracts.codes import Purpose
from referral_intake.model.record import record

SERVICE: Final = "referral-intake"


PARTNER: Final = "partner"


AGENCY_REPRESENTATIVE: Final = "agency-representative"


OWN_AGENCY_ROLES: Final = frozenset({PARTNER, AGENCY_REPRESENTATIVE})
"""Who may refer for their own agency, follow what it referred, add to it and take it back."""


DOCUMENT_PURPOSES: Final[Mapping[str, frozenset[Purpose]]] = MappingProxyType(
    {
        "contact-officer": frozenset({Purpose.TRIAGE}),
        "social-worker": frozenset({Purpose.TRIAGE, Purpose.CHILD_PROTECTION}),
        "mash-manager": frozenset({Purpose.TRIAGE, Purpose.CHILD_PROTECTION, Purpose.RECORDS}),
        "macpt-member": frozenset({Purpose.CHILD_PROTECTION}),
        "records-officer": frozenset({Purpose.RECORDS}),
    }
)
"""Which roles may read a referral's document, and for what. A role that is not here may not."""

RESTRICTED_READER: Final = "restricted-reader"
"""Who may read documents of restricted referrals, for the purposes that another role of theirs has."""


@record
class Sender:
    """Who sent a referral, as the access token says. Idempotency keys belong to the client, or to one person of it."""

    partnership: str
    agency: str
    client_id: str
    is_person: bool = False


@record
class Asker:
    """Who wants to see something, as the access token says."""

    partnership: str
    agency: str
    roles: frozenset[str]
