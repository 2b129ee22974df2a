"""The composition root: settings become a running service."""

from agency_notify.addresses import SystemResolver
from agency_notify.api import ROUTERS
from agency_notify.api.dependencies import Dependencies
from agency_notify.channels import EmailSender, Mailbox, WebhookSender, senders
from agency_notify.deliver import Deliverer
from agency_notify.escalate import Escalator
from agency_notify.handlers.telling import Deps
from agency_notify.model import SOURCE
from agency_notify.packs import Packs
from agency_notify.settings import Settings
from agency_notify.signing import SigningKeys, read_key
from agency_notify.subscriptions import subscriptions
from chassis.clock import Clock, SystemClock
from chassis.db import Database
from chassis.http_client import HttpClient
from chassis.ids import Ids, RandomIds
from chassis.run.service import Service, service_app
from chassis.run.worker import deliver
from chassis.web.auth import Verifier, issuers_verifier
from policy.load import load_packs


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    ids: Ids | None = None,
    verifier: Verifier | None = None,
) -> Service:
    """Wire the service; nothing is contacted yet. Raises ``PackInvalid`` when a pack cannot be used."""
    clock, ids = clock or SystemClock(), ids or RandomIds()
    db, http, resolver = Database.connect(settings.database_url), HttpClient.connect(), SystemResolver()
    packs, keys = Packs(load_packs(settings.partnerships_folder)), _keys(settings)
    webhook = WebhookSender(keys, resolver, allowed=settings.allowed_private_addresses, public_url=settings.public_url)
    email = EmailSender(Mailbox.parse(settings.smtp_url, sender=settings.email_sender), public_url=settings.public_url)
    delivery = deliver(db, settings, subscriptions(Deps(packs, ids)), service=SOURCE, clock=clock, ids=ids)
    deliverer = Deliverer(db, senders(webhook, email), packs, clock, ids)

    async def close() -> None:
        await webhook.close()
        resolver.close()
        await http.close()
        await db.close()

    dependencies = Dependencies(
        db, clock, ids, packs, keys.public_keys, settings.allowed_private_addresses, settings.public_url,
        settings.service_urls.get("referral-intake"),
    )  # fmt: skip
    workers = {**delivery.tasks, "deliverer": deliverer.run, "escalator": Escalator(db, packs, clock).run}
    app = service_app(
        dependencies,
        service=SOURCE,
        title="Frontdoor agency notify",
        routers=ROUTERS,
        verifier=verifier or issuers_verifier(settings, http, clock=clock),
        close=close,
    )
    return Service(app, workers, delivery.readiness, close)


def _keys(settings: Settings) -> SigningKeys:
    files = (settings.webhook_signing_key_file, settings.webhook_previous_key_file)
    return SigningKeys([read_key(file) for file in files if file is not None])
