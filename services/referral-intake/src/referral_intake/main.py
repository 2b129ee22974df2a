"""The composition root: settings become a running service."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from chassis.clock import Clock, SystemClock
from chassis.db import Database
from chassis.http_client import HttpClient
from chassis.ids import Ids, RandomIds
from chassis.run.service import Service, service_app
from chassis.run.worker import deliver
from chassis.tasks import Stop
from chassis.waking import QUICK_SECONDS
from chassis.web import commands
from chassis.web.auth import Verifier, issuers_verifier
from chassis.web.room import Room
from policy.endings import Ending
from policy.load import load_packs
from policy.packs import NoneInForce
from referral_intake import gauges
from referral_intake.accepting.handlers import Accepting
from referral_intake.accepting.prepare import Preparation, ReferralMaker
from referral_intake.disposal import Disposal
from referral_intake.errors import TooBusy
from referral_intake.fhir import FhirOutcomes
from referral_intake.forgetting import forget_marks
from referral_intake.handlers import Dependencies
from referral_intake.handlers.dependencies import CHANGES, READING
from referral_intake.model import SERVICE, Limited
from referral_intake.routers import ROUTERS
from referral_intake.settings import Settings
from referral_intake.standing import Exchange, Known, Standing
from referral_intake.store import flow, partners
from referral_intake.store.disposal import DISPOSAL
from referral_intake.subscriptions import SUBSCRIPTIONS
from referral_intake.turns import Turns


def build(
    settings: Settings,
    *,
    db: Database | None = None,
    clock: Clock | None = None,
    ids: Ids | None = None,
    verifier: Verifier | None = None,
) -> Service:
    """Wire the service; nothing is contacted yet. Raises ``PackInvalid`` when a pack cannot be used."""
    clock, ids = clock or SystemClock(), ids or RandomIds()
    db, http = db or Database.connect(settings.database_url), HttpClient.connect()
    packs = load_packs(settings.partnerships_folder)
    standing = Standing(_registry(db), packs=packs, clock=clock, everybody=settings.rates)
    prepare = Preparation(packs, standing, clock, ReferralMaker(ids, settings.public_url))
    accepting = Accepting(db, prepare, settings.limits)
    log_url = settings.public_url_of("audit")
    changes, reading = (Turns(replace(each, urgent=settings.emergencies)) for each in (CHANGES, READING))
    dependencies = Dependencies(
        db, clock, ids, packs, settings.public_url, accepting, standing, log_url, changes, reading
    )
    delivery = deliver(
        db,
        settings,
        SUBSCRIPTIONS,
        service=SERVICE,
        clock=clock,
        ids=ids,
        measure=gauges.measure,
        expiries=(commands.EXPIRY,),
        sending_gathers=QUICK_SECONDS,
    )

    async def any_in_force() -> None:
        if packs.none_in_force(at=clock.now()):
            raise NoneInForce

    def endings() -> Sequence[Ending]:
        return packs.endings(at=clock.now())

    async def close() -> None:
        await accepting.drain()
        await http.close()
        await db.close()

    async def forget_task(stop: Stop) -> None:
        await forget_marks(db, clock, stop)

    disposal = Disposal(db, clock, packs, hint=delivery.wakeups.hint(DISPOSAL))
    tasks = {**delivery.tasks, "marks": forget_task, "disposal": disposal.run}
    app = service_app(
        dependencies,
        settings,
        service=SERVICE,
        title="Frontdoor referral intake",
        routers=ROUTERS,
        verifier=verifier or issuers_verifier(settings, http, clock=clock),
        close=close,
        admit=dependencies.standing.check,
        flow=flow.count,
        while_serving=dependencies.standing.kept_fresh,
    )
    app.add_middleware(FhirOutcomes)
    app.state.room = Room(settings.room, TooBusy)
    app.state.health.require("packs", any_in_force)
    app.state.health.watch(endings)
    return Service(app, tasks, delivery.readiness, close, endings)


def _registry(db: Database) -> Exchange:
    """The transaction in which a process says whom it limited, and learns what was agreed with each partner."""

    async def exchange(limited: Sequence[Limited]) -> Mapping[str, Known]:
        async with db.transaction() as tx:
            if limited:
                await partners.add_limited(tx, limited)
            found = await partners.list_agreements(tx)
        return {agreed.client_id: Known.of(agreed, suspended_for=reason) for agreed, reason in found}

    return exchange
