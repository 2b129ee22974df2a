"""Partner systems as operators describe them and are shown them."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from chassis.web.description import trimmed
from contracts.codes import ContactSource, SuspensionReason
from referral_intake.errors import KeyRefused
from referral_intake.handlers import Dependencies
from referral_intake.model import (
    EVERY_SCOPE,
    Agreement,
    OwnRates,
    Partner,
    PartnerKey,
    Registration,
    Rotation,
    Scope,
)
from referral_intake.partner_keys import MAX_KEYS, read_keys
from referral_intake.served import find_newest_pack

LONGEST_OVERLAP_SECONDS: Final = 90 * 86_400
CLIENT: Final = r"^[a-z0-9][a-z0-9-]{1,59}$"
_OURS: Final = "frontdoor-"
_CODE: Final = r"^[a-z0-9-]{1,60}$"
_JWKS_URL: Final = r"^(https://|http://(127\.0\.0\.1|localhost)(:[0-9]+)?/)[\x21-\x7e]{1,2000}$"

PerMinute = Annotated[
    Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None, Field(description="Left out: what everybody has.")
]
Jwk = dict[str, Any]

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    Field(json_schema_extra=trimmed(1)),
]


class KeySetForm(BaseModel):
    """A key set (RFC 7517): public keys only, EC on P-256, RSA of at least 2048 bits, or Ed25519."""

    model_config = ConfigDict(extra="forbid")

    keys: list[Jwk] = Field(min_length=1, max_length=MAX_KEYS)


class PartnerForm(BaseModel):
    """A partner's system. Send its keys, or the address of the key set that it publishes itself."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "oneOf": [
                {"required": ["jwks"], "properties": {"jwks": {"type": "object"}}},
                {"required": ["jwks_url"], "properties": {"jwks_url": {"type": "string"}}},
            ],
            "examples": [
                {
                    "client_id": "lantern-youth-club",
                    "partnership": "wandsworth",
                    "agency": "lantern-youth-club",
                    "source": "8",
                    "scopes": ["referrals:send", "referrals:read"],
                    "jwks_url": "https://lantern.example.org/jwks.json",
                }
            ],
        },
    )

    client_id: str = Field(pattern=CLIENT, json_schema_extra={"not": {"pattern": f"^{_OURS}"}})
    partnership: str = Field(pattern=_CODE)
    agency: str = Field(pattern=_CODE, description="Need not be an agency of the pack.")
    source: ContactSource = Field(description="DfE code; counts before what the pack says of the agency.")
    scopes: tuple[Scope, ...] = Field(EVERY_SCOPE, min_length=1)
    name: Name | None = None
    referrals_per_minute: PerMinute = None
    reads_per_minute: PerMinute = None
    jwks: KeySetForm | None = None
    jwks_url: str | None = Field(None, pattern=_JWKS_URL)
    change: bool = Field(False, strict=True, description="Agree something else with a partner that is registered.")

    @model_validator(mode="after")
    def _is_a_partner_with_keys(self) -> Self:
        if (self.jwks is None) == (self.jwks_url is None):
            raise ValueError("Send either jwks or jwks_url")
        if self.client_id.startswith(_OURS):
            raise ValueError("Choose a client_id that does not begin like those of our own systems")
        return self

    def registration(self) -> Registration:
        """The same for the rules. Raises ``KeyRefused``."""
        agreement = Agreement(
            client_id=self.client_id,
            partnership=self.partnership,
            agency=self.agency,
            name=self.name,
            source=self.source,
            scopes=tuple(dict.fromkeys(self.scopes)),
            rates=OwnRates(self.referrals_per_minute, self.reads_per_minute),
            jwks_url=self.jwks_url,
        )
        return Registration(agreement, read_keys(self.jwks.keys) if self.jwks else ())


class RotationForm(BaseModel):
    """The new key, and how long the old ones are believed beside it."""

    model_config = ConfigDict(extra="forbid")

    jwks: KeySetForm
    overlap_seconds: int = Field(7 * 86_400, strict=True, ge=0, le=LONGEST_OVERLAP_SECONDS)

    def rotation(self) -> Rotation:
        """The same for the rules. Raises ``KeyRefused``."""
        new, *others = read_keys(self.jwks.keys)
        if others:
            raise KeyRefused("Send one key, the new one.", pointer="/jwks/keys")
        return Rotation(new, timedelta(seconds=self.overlap_seconds))


class SuspensionForm(BaseModel):
    """Why a partner may do nothing for now."""

    model_config = ConfigDict(extra="forbid")

    reason: SuspensionReason


class KeyView(BaseModel):
    """A key by its names; ``believed`` says whether it proves the partner now."""

    thumbprint: str
    kid: str
    alg: str
    added_at: datetime
    until: datetime | None
    believed: bool

    @classmethod
    def of(cls, kept: PartnerKey, *, now: datetime) -> Self:
        """A key as it stands now."""
        jwk = kept.key.jwk
        return cls(
            thumbprint=kept.key.thumbprint,
            kid=jwk["kid"],
            alg=jwk["alg"],
            added_at=kept.added_at,
            until=kept.until,
            believed=kept.is_believed(now),
        )


class PartnerView(BaseModel):
    """A registered partner with the limits in effect. ``jwks_url`` is where the issuer has to fetch its keys."""

    client_id: str
    partnership: str
    agency: str
    in_pack: bool = Field(
        description="Whether the newest pack names this agency. One that it does not may refer, but is asked nothing."
    )
    name: str | None
    source: ContactSource
    scopes: tuple[Scope, ...]
    referrals_per_minute: int
    reads_per_minute: int
    jwks_url: str
    keys: tuple[KeyView, ...]
    registered_at: datetime
    suspended_at: datetime | None
    suspended_for: SuspensionReason | None

    @classmethod
    def of(cls, partner: Partner, dependencies: Dependencies) -> Self:
        """A partner as it stands now."""
        agreed = partner.agreement
        rates, now = agreed.rates.over(dependencies.standing.everybody), dependencies.clock.now()
        pack = find_newest_pack(dependencies.packs, agreed.partnership, at=now)
        return cls(
            client_id=agreed.client_id,
            partnership=agreed.partnership,
            agency=agreed.agency,
            in_pack=pack is not None and pack.find_agency(agreed.agency) is not None,
            name=agreed.name,
            source=agreed.source,
            scopes=agreed.scopes,
            referrals_per_minute=rates.referrals_per_minute,
            reads_per_minute=rates.reads_per_minute,
            jwks_url=agreed.jwks_url or f"{dependencies.public_url}/partners/{agreed.client_id}/jwks.json",
            keys=tuple(KeyView.of(kept, now=now) for kept in partner.keys),
            registered_at=partner.registered_at,
            suspended_at=partner.suspended_at,
            suspended_for=partner.suspended_for,
        )


class PartnersView(BaseModel):
    """Every registered partner, by client id."""

    partners: tuple[PartnerView, ...]


class LimitedView(BaseModel):
    """A client that asked too often: how many times since it first did, and when last."""

    client_id: str
    partnership: str
    agency: str
    scope: Scope
    times: int
    last_at: datetime


class LimitedListView(BaseModel):
    """Who was limited within the last day, the latest first."""

    limited: tuple[LimitedView, ...]
