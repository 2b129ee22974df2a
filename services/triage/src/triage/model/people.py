"""Who acts: the roles of triage, and people as the issuer vouches for them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

SERVICE: Final = "triage"

CONTACT_OFFICER: Final = "contact-officer"
SOCIAL_WORKER: Final = "social-worker"
MASH_MANAGER: Final = "mash-manager"
AUDITOR: Final = "auditor"
MACPT_MEMBER: Final = "macpt-member"
PARTNER: Final = "partner"
AGENCY_REPRESENTATIVE: Final = "agency-representative"


@dataclass(frozen=True)
class Actor:
    """Who acts, as the issuer vouches."""

    subject: str
    agency: str
    partnership: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Acting:
    """Who acts, and when."""

    actor: Actor
    now: datetime
