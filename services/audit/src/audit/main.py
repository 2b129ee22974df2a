"""The composition root: settings become a running service."""

from audit import flow, gauges
from audit.api import ROUTERS
from audit.api.dependencies import Dependencies
from audit.model import COLLECTOR, SEQUENCER, SERVICE
from audit.sequencer import Sequencer
from audit.settings import Settings
from audit.subscriptions import SUBSCRIPTIONS
from audit.witnesses import api as witnesses_api
from audit.witnesses.collect import CALL_SECONDS, Collector
from chassis.clock import Clock, SystemClock
from chassis.db import Database
from chassis.http_client import HttpClient
from chassis.ids import Ids, RandomIds
from chassis.run.service import Service, service_app
from chassis.run.standings import asking_for_standings
from chassis.run.worker import deliver
from chassis.waking import SLOW_SECONDS
from chassis.web.admission import Admission
from chassis.web.auth import Verifier, issuers_verifier
from contracts.problems import Suspended


def build(
    settings: Settings, *, clock: Clock | None = None, ids: Ids | None = None, verifier: Verifier | None = None
) -> Service:
    """Wire the service; nothing is contacted yet."""
    clock, ids = clock or SystemClock(), ids or RandomIds()
    db, http, signer = Database.connect(settings.database_url), HttpClient.connect(), settings.signer()
    delivery = deliver(
        db,
        settings,
        SUBSCRIPTIONS,
        service=SERVICE,
        clock=clock,
        ids=ids,
        measure=gauges.measure,
        reading_gathers=SLOW_SECONDS,
    )
    admission = Admission(db, lambda _: Suspended())  # the log knows no packs, hence no phone numbers
    standings = asking_for_standings(db, settings, owner="referral-intake", clock=clock, ids=ids)
    sequencer = Sequencer(
        db, signer, clock, hint=delivery.wakeups.hint(SEQUENCER), every_seconds=settings.checkpoint_seconds
    )
    witnesses, to_witnesses = settings.witness_policy(), HttpClient.connect(timeout_seconds=CALL_SECONDS)
    collector = Collector(db, to_witnesses, witnesses, clock, hint=delivery.wakeups.hint(COLLECTOR))

    async def close() -> None:
        await to_witnesses.close()
        await http.close()
        await db.close()

    dependencies = Dependencies(db, signer.verifier_key, clock, witnesses)
    app = service_app(
        dependencies,
        settings,
        service=SERVICE,
        title="Frontdoor audit",
        routers=(*ROUTERS, witnesses_api.router),
        verifier=verifier or issuers_verifier(settings, http, clock=clock),
        close=close,
        admit=admission.admit,
        flow=flow.count,
        while_serving=admission.kept_fresh,
        may_discard=False,
    )
    return Service(
        app=app,
        workers={
            **delivery.tasks,
            "sequencer": sequencer.run,
            "standings": standings,
            "witnesses": collector.run,
        },
        readiness={**delivery.readiness, "sequencer": sequencer.check},
        close=close,
    )
