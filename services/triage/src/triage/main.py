"""The composition root: settings become a running service."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from chassis.clock import Clock, SystemClock
from chassis.db import Database
from chassis.http_client import HttpClient
from chassis.ids import Ids, RandomIds
from chassis.notifications import Notifications
from chassis.run.service import Service, service_app
from chassis.run.standings import asking_for_standings
from chassis.run.worker import deliver
from chassis.waking import QUICK_SECONDS
from chassis.web import commands
from chassis.web.admission import Admission
from chassis.web.auth import Verifier, issuers_verifier
from contracts.problems import Suspended
from policy.contact import whom_to_phone
from policy.endings import Ending
from policy.load import load_packs
from triage import gauges, store
from triage.api import ROUTERS
from triage.clocks import Watch
from triage.feed import Feed
from triage.handlers import Dependencies
from triage.model import SERVICE
from triage.settings import Settings
from triage.store import flow
from triage.subscriptions import subscriptions


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
    dependencies = Dependencies(db, clock, ids, packs, settings.public_url, settings.authorising)
    admission = Admission(db, lambda who: Suspended(whom_to_phone(packs, who.partnership, at=clock.now())))
    delivery = deliver(
        db,
        settings,
        subscriptions(dependencies),
        service=SERVICE,
        clock=clock,
        ids=ids,
        measure=gauges.measure,
        expiries=(commands.EXPIRY,),
        reading_gathers=QUICK_SECONDS,
    )

    def endings() -> Sequence[Ending]:
        return packs.endings(at=clock.now())

    feed = Feed(Notifications(db, store.CHANGES, ids))

    @asynccontextmanager
    async def while_serving() -> AsyncIterator[None]:
        async with admission.kept_fresh(), feed.running(lambda: app.state.health.draining):
            yield

    async def close() -> None:
        await http.close()
        await db.close()

    standings = asking_for_standings(db, settings, owner="referral-intake", clock=clock, ids=ids)
    workers = {**delivery.tasks, "clocks": Watch(db, clock, dependencies.addresses).run, "standings": standings}
    app = service_app(
        dependencies,
        settings,
        service=SERVICE,
        title="Frontdoor triage",
        routers=ROUTERS,
        verifier=verifier or issuers_verifier(settings, http, clock=clock),
        close=close,
        admit=admission.admit,
        flow=flow.count,
        while_serving=while_serving,
    )
    app.state.feed = feed
    app.state.health.watch(endings)
    return Service(app, workers, delivery.readiness, close, endings)
