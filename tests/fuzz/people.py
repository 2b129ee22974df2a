"""Who sends: one of each role, and nobody. And who may be let in where: everybody else is to be refused."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from chassis.testing.signer import Signer

LONGER_THAN_ANY_RUN: Final = timedelta(hours=12)
NOBODY: Final = "nobody"
_SCHOOL: Final = {"agency": "ashcroft-primary", "partnership": "wandsworth"}
_HUB: Final = {"agency": "wandsworth-mash", "partnership": "wandsworth"}
_NOWHERE: Final = {"agency": None, "partnership": None}

CLAIMS: Final[Mapping[str, Mapping[str, Any] | None]] = {
    "partner": {**_SCHOOL, "azp": "wandsworth-school"},
    "agency-representative": _SCHOOL,
    "contact-officer": _HUB,
    "social-worker": _HUB,
    "mash-manager": _HUB,
    "macpt-member": {"agency": "wandsworth-macpt", "partnership": "wandsworth"},
    "auditor": _HUB,
    "caldicott-guardian": _HUB,
    "data-protection-officer": _HUB,
    "records-officer": _HUB,
    "operator": _NOWHERE,
    "service": {**_NOWHERE, "azp": "frontdoor-service"},
    NOBODY: None,
}
"""What the token of each role says beside the role; None has no token."""

_SENDERS: Final = frozenset({"partner"})
_AGENCY: Final = frozenset({"partner", "agency-representative"})
_READERS: Final = frozenset({"contact-officer", "social-worker", "mash-manager", "macpt-member", "records-officer"})
_OFFICERS: Final = frozenset({"records-officer"})
_RECORDS: Final = frozenset({"records-officer", "mash-manager", "caldicott-guardian"})
_FINDERS: Final = frozenset({"auditor", "caldicott-guardian", "data-protection-officer", "records-officer"})
_OPERATORS: Final = frozenset({"operator"})
_MACHINES: Final = frozenset({"operator", "service"})
_ANYONE: Final = frozenset(CLAIMS)
_SIGNED_IN: Final = _ANYONE - {NOBODY}
"""Of the other services, whose own tests hold who may do what: only that somebody has to be signed in."""

_LET_IN: Final = tuple(
    (re.compile(pattern), roles)
    for pattern, roles in (
        (r"POST /v1/referrals", _AGENCY),
        (r"GET /v1/referrals(/{referral_id}(/receipt)?)?", _AGENCY),
        (r"POST /v1/referrals/{referral_id}/(supplements|withdrawal)", _AGENCY),
        (r"GET /v1/referrals/{referral_id}/document(/editions)?", _READERS),
        (r"POST /fhir/R4/\$process-message", _SENDERS),
        (r"GET /fhir/R4/metadata|GET /v1/code-lists(/{name})?|GET /partners/{client_id}/jwks.json", _ANYONE),
        (r"(GET|POST) /v1/holds|POST (/v1/referrals/{referral_id})?(/v1)?/holds/{hold_id}/release", _OFFICERS),
        (r"GET /v1/referrals/{referral_id}/holds", _OFFICERS),
        (r"GET /v1/disposal-runs.*|POST /v1/disposal-runs/{run_id}/approval", _RECORDS),
        (r"POST /v1/disposal-runs(/{run_id}/referrals/{referral_id}/review)?", _OFFICERS),
        (r"GET /v1/referrals/{referral_id}/disposal", _AGENCY | _OFFICERS | {"auditor", "caldicott-guardian"}),
        (r"GET /v1/references/{reference}", _FINDERS),
        (r"GET /operator/heads", _MACHINES | {"auditor"}),
        (r"POST /operator/(republish|applied)|GET /operator/standings", _MACHINES),
        (r"(GET|POST) /operator/.*", _OPERATORS),
        (r"GET /(health/live|health/ready|metrics|openapi.json)", _ANYONE),
        (r"GET /(checkpoint|witnessed-checkpoint|key|predecessor|tile/{path})", _ANYONE),
        (r"GET /v1/(proofs/(inclusion|consistency)|witnesses|webhook-keys)", _ANYONE),
        (r"[A-Z]+ /v1/(cases|information-requests|questions|handovers|assignments|workers)(/.*)?", _SIGNED_IN),
        (r"[A-Z]+ /v1/(notices|escalated-notices|endpoints|endpoint-health)(/.*)?", _SIGNED_IN),
        (r"[A-Z]+ /v1/(journeys|access-log|entries|receipts)(/.*)?", _SIGNED_IN),
        (r"GET /v1/former-log/.*|POST /v1/proofs/check", _SIGNED_IN),
    )
)


def let_in(operation: str) -> frozenset[str]:
    """The roles that an operation is for. Raises ``KeyError`` for an operation that nobody thought of."""
    for pattern, roles in _LET_IN:
        if pattern.fullmatch(operation):
            return roles
    raise KeyError(operation)


@dataclass
class People:
    """Everybody's token, signed once."""

    signer: Signer
    _headers: dict[str, dict[str, str]] = field(default_factory=dict)

    def headers(self, role: str) -> dict[str, str]:
        """What somebody of the role sends to prove who they are."""
        claims = CLAIMS[role]
        if claims is None:
            return {}
        if role not in self._headers:
            until = int((self.signer.clock.now() + LONGER_THAN_ANY_RUN).timestamp())
            self._headers[role] = self.signer.bearer(subject=f"{role}-1", roles=[role], exp=until, **claims)
        return self._headers[role]
