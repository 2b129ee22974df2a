"""The composition root: settings become a running service."""

from audit.api import ROUTERS
from audit.api.dependencies import Dependencies
from audit.model import SERVICE
from audit.sequencer import Sequencer
from audit.settings import Settings
from audit.subscriptions import SUBSCRIPTIONS
from chassis.clock import Clock, SystemClock
from chassis.db import Database
from chassis.http_client import HttpClient
from chassis.ids import Ids, RandomIds
from chassis.run.service import Service, service_app
from chassis.run.worker import deliver
from chassis.web.auth import Verifier, issuers_verifier


def build(
    settings: Settings, *, clock: Clock | None = None, ids: Ids | None = None, verifier: Verifier | None = None
) -> Service:
    """Wire the service; nothing is contacted yet."""
    clock, ids = clock or SystemClock(), ids or RandomIds()
    db, http, signer = Database.connect(settings.database_url), HttpClient.connect(), settings.signer()
    delivery = deliver(db, settings, SUBSCRIPTIONS, service=SERVICE, clock=clock, ids=ids)
    sequencer = Sequencer(db, signer, clock, every_seconds=settings.checkpoint_seconds)

    async def close() -> None:
        await http.close()
        await db.close()

    dependencies = Dependencies(db, signer.verifier_key, clock)
    app = service_app(
        dependencies,
        title="Frontdoor audit",
        routers=ROUTERS,
        verifier=verifier or issuers_verifier(settings, http, clock=clock),
        close=close,
        may_discard=False,
    )
    return Service(
        app=app,
        workers={**delivery.tasks, "sequencer": sequencer.run},
        readiness={**delivery.readiness, "sequencer": sequencer.check},
        close=close,
    )
