"""The composition root: settings become a running service."""

from collections.abc import Sequence

from agency_notify import gauges
from agency_notify.addresses import SystemResolver
from agency_notify.api import ROUTERS
from agency_notify.api.dependencies import Dependencies
from agency_notify.channels import WebhookSender, senders
from agency_notify.deliver import Deliverer
from agency_notify.endpoint_tests import store as endpoint_tests
from agency_notify.endpoint_tests.worker import EndpointTester
from agency_notify.escalation import store as escalation
from agency_notify.escalation.worker import Escalator
from agency_notify.mail import EmailSender
from agency_notify.mail_server import Mailbox
from agency_notify.model import SOURCE
from agency_notify.reseal import PlainSecrets
from agency_notify.settings import Settings
from agency_notify.signing import SigningKeys, WebhookSigner, read_key
from agency_notify.store import deliveries, flow
from agency_notify.subscriptions import subscriptions
from chassis.clock import Clock, SystemClock
from chassis.db import Database
from chassis.http_client import HttpClient
from chassis.ids import Ids, RandomIds
from chassis.run.service import Service, service_app
from chassis.run.standings import asking_for_standings
from chassis.run.worker import deliver
from chassis.waking import SLOW_SECONDS
from chassis.web import commands
from chassis.web.admission import Admission
from chassis.web.auth import Verifier, issuers_verifier
from contracts.codes import Channel
from contracts.problems import Suspended
from policy.contact import whom_to_phone
from policy.endings import Ending
from policy.load import load_packs


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
    db, http, resolver = db or Database.connect(settings.database_url), HttpClient.connect(), SystemResolver()
    packs, sealer = load_packs(settings.partnerships_folder), settings.sealer()
    admission = Admission(db, lambda who: Suspended(whom_to_phone(packs, who.partnership, at=clock.now())))
    signer, allowed = WebhookSigner(_keys(settings), sealer), settings.allowed_private_addresses
    webhook = WebhookSender(signer, resolver, allowed=allowed, public_url=settings.public_url)
    email = EmailSender(Mailbox.parse(settings.smtp_url, sender=settings.email_sender), public_url=settings.public_url)
    delivery = deliver(
        db,
        settings,
        subscriptions(packs, ids),
        service=SOURCE,
        clock=clock,
        ids=ids,
        measure=gauges.measure,
        expiries=(commands.EXPIRY,),
        sending_gathers=SLOW_SECONDS,
    )
    deliverer = Deliverer(
        db, senders(webhook, email), packs, clock, ids, hint=delivery.wakeups.hint(deliveries.DELIVERER)
    )
    tester = EndpointTester(
        db, {Channel.WEBHOOK: webhook, Channel.EMAIL: email}, clock, hint=delivery.wakeups.hint(endpoint_tests.TESTER)
    )
    escalator = Escalator(db, packs, clock, ids, hint=delivery.wakeups.hint(escalation.ESCALATOR))

    def endings() -> Sequence[Ending]:
        return packs.endings(at=clock.now())

    async def close() -> None:
        await webhook.close()
        await email.close()
        resolver.close()
        await http.close()
        await db.close()

    dependencies = Dependencies(
        db, clock, ids, packs, sealer, signer.keys.public_keys, allowed, settings.public_url,
        settings.public_url_of("referral-intake") or None,
    )  # fmt: skip
    workers = {
        **delivery.tasks,
        "deliverer": deliverer.run,
        "escalator": escalator.run,
        "endpoint-tests": tester.run,
        "plain-secrets": PlainSecrets(db, sealer).run,
        "standings": asking_for_standings(db, settings, owner="referral-intake", clock=clock, ids=ids),
    }
    app = service_app(
        dependencies,
        settings,
        service=SOURCE,
        title="Frontdoor agency notify",
        routers=ROUTERS,
        verifier=verifier or issuers_verifier(settings, http, clock=clock),
        close=close,
        admit=admission.admit,
        flow=flow.count,
        while_serving=admission.kept_fresh,
    )
    app.state.health.watch(endings)
    return Service(app, workers, delivery.readiness, close, endings)


def _keys(settings: Settings) -> SigningKeys:
    files = (settings.webhook_signing_key_file, settings.webhook_previous_key_file)
    return SigningKeys([read_key(file) for file in files if file is not None])
