"""``/operator/partners``: operators register, rotate, suspend and restore partner systems; the issuer fetches keys."""

from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import Path, Response

from chassis.web.app import problem_responses
from chassis.web.operator import Operator, OperatorOrService
from chassis.web.service_router import ServiceRouter
from chassis.web.suspension import STANDINGS_PATH, StandingsView, StandingView
from policy.packs import NotServed
from referral_intake.api.dependencies import Injected
from referral_intake.api.partner_forms import (
    CLIENT,
    LimitedListView,
    LimitedView,
    PartnerForm,
    PartnersView,
    PartnerView,
    RotationForm,
    SuspensionForm,
)
from referral_intake.errors import NoSuchPartner, PartnershipUnknown
from referral_intake.handlers import partners as handlers
from referral_intake.store import partners as store

router = ServiceRouter()

LATELY: Final = timedelta(days=1)
ClientId = Annotated[str, Path(pattern=CLIENT, description="The partner's client id at the issuer.")]

_AS_BEFORE: Final[dict[str, Any]] = {"model": PartnerView, "description": "It was registered like this before."}


@router.post(
    "/operator/partners",
    tags=["operator"],
    summary="Register a partner's system",
    status_code=201,
    responses={200: _AS_BEFORE, **problem_responses(409)},
)
async def register_partner(
    form: PartnerForm, dependencies: Injected, operator: Operator, response: Response
) -> PartnerView:
    """Sending the same again changes nothing; anything else about a registered partner is refused without ``change``.

    The client at the issuer is not made here: ``frontdoor partner add`` does both.
    """
    wanted, now = form.registration(), dependencies.clock.now()
    try:
        dependencies.packs.versions(form.partnership)
    except NotServed as error:
        raise PartnershipUnknown from error
    async with dependencies.db.transaction() as tx:
        partner, is_new = await handlers.register(tx, wanted, change=form.change, by=operator.subject, now=now)
    await dependencies.standing.refresh()
    response.status_code = 201 if is_new else 200
    return PartnerView.of(partner, dependencies)


@router.get("/operator/partners", tags=["operator"], summary="Every registered partner")
async def list_partners(dependencies: Injected, _: Operator) -> PartnersView:
    """By client id, with keys and standing."""
    async with dependencies.db.transaction() as tx:
        found = await store.list_partners(tx)
    return PartnersView(partners=tuple(PartnerView.of(partner, dependencies) for partner in found))


@router.get("/operator/partners/limits", tags=["operator"], summary="Who was limited lately")
async def list_limited(dependencies: Injected, _: Operator) -> LimitedListView:
    """Clients that were refused for asking too often within the last day, registered or not; of every process."""
    await dependencies.standing.refresh()
    async with dependencies.db.transaction() as tx:
        found = await store.list_limited(tx, since=dependencies.clock.now() - LATELY)
    return LimitedListView(limited=tuple(LimitedView(**vars(each)) for each in found))


@router.get("/operator/partners/{client_id}", tags=["operator"], summary="One registered partner")
async def read_partner(client_id: ClientId, dependencies: Injected, _: Operator) -> PartnerView:
    """With its keys, those that were replaced too."""
    async with dependencies.db.transaction() as tx:
        partner = await store.find_partner(tx, client_id)
    if partner is None:
        raise NoSuchPartner
    return PartnerView.of(partner, dependencies)


@router.post(
    "/operator/partners/{client_id}/rotation",
    tags=["operator"],
    summary="Give a partner a new key",
    responses=problem_responses(409),
)
async def rotate_key(
    client_id: ClientId, form: RotationForm, dependencies: Injected, operator: Operator
) -> PartnerView:
    """The old keys are believed until the overlap ends, and by then at the latest the partner has to sign with this.

    Both sides tell keys apart by ``kid``, so assertions have to name it.
    """
    rotation = form.rotation()
    async with dependencies.db.transaction() as tx:
        partner = await handlers.rotate(tx, client_id, rotation, by=operator.subject, now=dependencies.clock.now())
    return PartnerView.of(partner, dependencies)


@router.post("/operator/partners/{client_id}/suspension", tags=["operator"], summary="Suspend a partner")
async def suspend_partner(
    client_id: ClientId, form: SuspensionForm, dependencies: Injected, operator: Operator
) -> PartnerView:
    """It is refused at once by this process, and within two seconds by every process of every service.

    What it sent stays and is worked on; people of its agency are not suspended with it.
    """
    async with dependencies.db.transaction() as tx:
        partner = await handlers.suspend(tx, client_id, form.reason, by=operator.subject, now=dependencies.clock.now())
    await dependencies.standing.refresh()
    return PartnerView.of(partner, dependencies)


@router.post("/operator/partners/{client_id}/restoration", tags=["operator"], summary="Restore a suspended partner")
async def restore_partner(client_id: ClientId, dependencies: Injected, operator: Operator) -> PartnerView:
    """It may act again as was agreed."""
    async with dependencies.db.transaction() as tx:
        partner = await handlers.restore(tx, client_id, by=operator.subject, now=dependencies.clock.now())
    await dependencies.standing.refresh()
    return PartnerView.of(partner, dependencies)


@router.get(STANDINGS_PATH, tags=["operator"], summary="Which systems are suspended")
async def list_standings(dependencies: Injected, _: OperatorOrService) -> StandingsView:
    """For our own services, which refuse suspended systems too. Systems that never were suspended are left out."""
    async with dependencies.db.transaction() as tx:
        found = await store.list_standings(tx)
    return StandingsView(standings=tuple(StandingView(**vars(each)) for each in found))


@router.get("/partners/{client_id}/jwks.json", tags=["partners"], summary="A partner's public keys")
async def read_keys_of(client_id: ClientId, dependencies: Injected) -> dict[str, list[dict[str, str]]]:
    """For the issuer. The keys that are believed now, the oldest first; none of a suspended partner.

    Public keys are no secret, so nobody has to sign in for them.
    """
    async with dependencies.db.transaction() as tx:
        partner = await store.find_partner(tx, client_id)
    if partner is None:
        raise NoSuchPartner
    return {"keys": [dict(key.jwk) for key in partner.believed_keys(dependencies.clock.now())]}
