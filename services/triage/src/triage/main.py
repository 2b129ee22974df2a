"""The composition root: settings become a running service."""

from chassis.clock import Clock, SystemClock
from chassis.db import Database
from chassis.http_client import HttpClient
from chassis.ids import Ids, RandomIds
from chassis.run.service import Service, service_app
from chassis.run.worker import deliver
from chassis.web.auth import Verifier, issuers_verifier
from policy.load import load_packs
from triage.api import ROUTERS
from triage.clocks import Watch
from triage.handlers import Dependencies
from triage.model import SERVICE
from triage.settings import Settings
from triage.subscriptions import subscriptions


def build(
    settings: Settings, *, clock: Clock | None = None, ids: Ids | None = None, verifier: Verifier | None = None
) -> Service:
    """Wire the service; nothing is contacted yet. Raises ``PackInvalid`` when a pack cannot be used."""
    clock, ids = clock or SystemClock(), ids or RandomIds()
    db, http = Database.connect(settings.database_url), HttpClient.connect()
    dependencies = Dependencies(db, clock, ids, load_packs(settings.partnerships_folder), settings.public_url)
    delivery = deliver(db, settings, subscriptions(dependencies), service=SERVICE, clock=clock, ids=ids)

    async def close() -> None:
        await http.close()
        await db.close()

    workers = {**delivery.tasks, "clocks": Watch(db, clock).run}
    app = service_app(
        dependencies,
        service=SERVICE,
        title="Frontdoor triage",
        routers=ROUTERS,
        verifier=verifier or issuers_verifier(settings, http, clock=clock),
        close=close,
    )
    return Service(app, workers, delivery.readiness, close)
