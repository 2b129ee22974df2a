"""``/operator/partners``: operators register, rotate, suspend and restore partner systems; the issuer fetches keys."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Self

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from chassis.http import problem_responses
from chassis.operator import Operator
from contracts.codes import ContactSource, SuspensionReason
from referral_intake.api.desk import AtDesk
from referral_intake.errors import KeyRefused, NoSuchPartner, PartnershipNotServed, PartnershipUnknown
from referral_intake.handlers import Desk
from referral_intake.handlers import partners as handlers
from referral_intake.model import (
    EVERY_SCOPE,
    Agreement,
    OwnRates,
    Partner,
    PartnerKey,
    Registration,
    Scope,
)
from referral_intake.partner_keys import MAX_KEYS, read_keys
from referral_intake.store import partners as store

router = APIRouter()

LATELY: Final = timedelta(days=1)
LONGEST_OVERLAP_SECONDS: Final = 90 * 86_400
_CLIENT: Final = r"^[a-z0-9][a-z0-9-]{1,59}$"
_OURS: Final = "frontdoor-"
_CODE: Final = r"^[a-z0-9-]{1,60}$"
_JWKS_URL: Final = r"^(https://|http://(127\.0\.0\.1|localhost)(:[0-9]+)?/)[\x21-\x7e]{1,2000}$"

ClientId = Annotated[str, Path(pattern=_CLIENT, description="The partner's client id at the issuer.")]
PerMinute = Annotated[int | None, Field(ge=1, le=1_000_000, description="Left out: what everybody has.")]
Jwk = dict[str, Any]


class KeySetForm(BaseModel):
    """A key set (RFC 7517): public keys only, EC on P-256, RSA of at least 2048 bits, or Ed25519."""

    model_config = ConfigDict(extra="forbid")

    keys: list[Jwk] = Field(min_length=1, max_length=MAX_KEYS)


class PartnerForm(BaseModel):
    """A partner's system. Send its keys, or the address of the key set that it publishes itself."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "client_id": "lantern-youth-club",
                    "partnership": "wandsworth",
                    "agency": "lantern-youth-club",
                    "source": "8",
                    "scopes": ["referrals:send", "referrals:read"],
                    "jwks_url": "https://lantern.example.org/jwks.json",
                }
            ]
        },
    )

    client_id: str = Field(pattern=_CLIENT)
    partnership: str = Field(pattern=_CODE)
    agency: str = Field(pattern=_CODE, description="Need not be an agency of the pack.")
    source: ContactSource = Field(description="DfE code; counts before what the pack says of the agency.")
    scopes: tuple[Scope, ...] = Field(EVERY_SCOPE, min_length=1)
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)] | None = None
    referrals_per_minute: PerMinute = None
    reads_per_minute: PerMinute = None
    jwks: KeySetForm | None = None
    jwks_url: str | None = Field(None, pattern=_JWKS_URL)
    change: bool = Field(False, description="Agree something else with a partner that is registered.")

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
    overlap_seconds: int = Field(7 * 86_400, ge=0, le=LONGEST_OVERLAP_SECONDS)


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
    def of(cls, partner: Partner, desk: Desk) -> Self:
        """A partner as it stands now."""
        agreed = partner.agreement
        rates, now = agreed.rates.over(desk.standing.everybody), desk.clock.now()
        return cls(
            client_id=agreed.client_id,
            partnership=agreed.partnership,
            agency=agreed.agency,
            name=agreed.name,
            source=agreed.source,
            scopes=agreed.scopes,
            referrals_per_minute=rates.referrals_per_minute,
            reads_per_minute=rates.reads_per_minute,
            jwks_url=agreed.jwks_url or f"{desk.public_url}/partners/{agreed.client_id}/jwks.json",
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


_AS_BEFORE: Final[dict[str, Any]] = {"model": PartnerView, "description": "It was registered like this before."}


@router.post(
    "/operator/partners",
    tags=["operator"],
    summary="Register a partner's system",
    status_code=201,
    responses={200: _AS_BEFORE, **problem_responses(409)},
)
async def register_partner(form: PartnerForm, desk: AtDesk, operator: Operator, response: Response) -> PartnerView:
    """Sending the same again changes nothing; anything else about a registered partner is refused without ``change``.

    The client at the issuer is not made here: ``frontdoor partner add`` does both.
    """
    wanted, now = form.registration(), desk.clock.now()
    try:
        desk.packs.get(form.partnership, at=now)
    except PartnershipNotServed as error:
        raise PartnershipUnknown from error
    async with desk.db.transaction() as tx:
        partner, is_new = await handlers.register(tx, wanted, change=form.change, by=operator.subject, now=now)
    await desk.standing.refresh()
    response.status_code = 201 if is_new else 200
    return PartnerView.of(partner, desk)


@router.get("/operator/partners", tags=["operator"], summary="Every registered partner")
async def list_partners(desk: AtDesk, _: Operator) -> PartnersView:
    """By client id, with keys and standing."""
    async with desk.db.transaction() as tx:
        found = await store.list_partners(tx)
    return PartnersView(partners=tuple(PartnerView.of(partner, desk) for partner in found))


@router.get("/operator/partners/limits", tags=["operator"], summary="Who was limited lately")
async def list_limited(desk: AtDesk, _: Operator) -> LimitedListView:
    """Clients that were refused for asking too often within the last day, registered or not; of every process."""
    await desk.standing.refresh()
    async with desk.db.transaction() as tx:
        found = await store.list_limited(tx, since=desk.clock.now() - LATELY)
    return LimitedListView(limited=tuple(LimitedView(**vars(each)) for each in found))


@router.get("/operator/partners/{client_id}", tags=["operator"], summary="One registered partner")
async def read_partner(client_id: ClientId, desk: AtDesk, _: Operator) -> PartnerView:
    """With its keys, those that were replaced too."""
    async with desk.db.transaction() as tx:
        partner = await store.find_partner(tx, client_id)
    if partner is None:
        raise NoSuchPartner
    return PartnerView.of(partner, desk)


@router.post(
    "/operator/partners/{client_id}/rotation",
    tags=["operator"],
    summary="Give a partner a new key",
    responses=problem_responses(409),
)
async def rotate_key(client_id: ClientId, form: RotationForm, desk: AtDesk, operator: Operator) -> PartnerView:
    """The old keys are believed until the overlap ends, and by then at the latest the partner has to sign with this.

    Both sides tell keys apart by ``kid``, so assertions have to name it.
    """
    new, *others = read_keys(form.jwks.keys)
    if others:
        raise KeyRefused("Send one key, the new one.", pointer="/jwks/keys")
    overlap = timedelta(seconds=form.overlap_seconds)
    async with desk.db.transaction() as tx:
        partner = await handlers.rotate(tx, client_id, new, overlap=overlap, by=operator.subject, now=desk.clock.now())
    return PartnerView.of(partner, desk)


@router.post("/operator/partners/{client_id}/suspension", tags=["operator"], summary="Suspend a partner")
async def suspend_partner(client_id: ClientId, form: SuspensionForm, desk: AtDesk, operator: Operator) -> PartnerView:
    """It is refused at once by this process and within two seconds by the others. What it sent stays."""
    async with desk.db.transaction() as tx:
        partner = await handlers.suspend(tx, client_id, form.reason, by=operator.subject, now=desk.clock.now())
    await desk.standing.refresh()
    return PartnerView.of(partner, desk)


@router.post("/operator/partners/{client_id}/restoration", tags=["operator"], summary="Restore a suspended partner")
async def restore_partner(client_id: ClientId, desk: AtDesk, operator: Operator) -> PartnerView:
    """It may act again as was agreed."""
    async with desk.db.transaction() as tx:
        partner = await handlers.restore(tx, client_id, by=operator.subject, now=desk.clock.now())
    await desk.standing.refresh()
    return PartnerView.of(partner, desk)


@router.get("/partners/{client_id}/jwks.json", tags=["partners"], summary="A partner's public keys")
async def read_keys_of(client_id: ClientId, desk: AtDesk) -> dict[str, list[dict[str, str]]]:
    """For the issuer. The keys that are believed now, the oldest first; none of a suspended partner.

    Public keys are no secret, so nobody has to sign in for them.
    """
    async with desk.db.transaction() as tx:
        partner = await store.find_partner(tx, client_id)
    if partner is None:
        raise NoSuchPartner
    return {"keys": [dict(key.jwk) for key in partner.believed_keys(desk.clock.now())]}
