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


@dataclass(frozen=True)
class Worker:
    """One of triage's staff, as the issuer vouched when this person was last here. The service knows no names."""

    subject: str
    team: str
    roles: frozenset[str]
    seen_at: datetime


@dataclass(frozen=True)
class LastLook:
    """When a person last opened a case, and the version that was seen."""

    looked_at: datetime
    version: int
