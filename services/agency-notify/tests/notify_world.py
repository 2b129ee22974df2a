"""A small world for this service's tests: messages go in, rows and events come out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from notify_examples import NOW, PACKS, case_opened, endpoint
from sqlalchemy import text

from agency_notify.deliver import Deliverer
from agency_notify.escalation.worker import Escalator
from agency_notify.model import Delivery, Endpoint, Notice, Receipt, Secret
from agency_notify.sealing import Place, Sealer
from agency_notify.signing import SigningKeys, WebhookSigner
from agency_notify.store import endpoints, notices
from agency_notify.store.endpoints import Change
from agency_notify.subscriptions import subscriptions
from chassis.db import Database
from chassis.delivery.messages import Message
from chassis.ids import RandomIds
from chassis.testing.clock import SettableClock
from chassis.testing.hints import Restless
from contracts.codes import Channel, DeliveryFailure
from contracts.envelope import Envelope
from contracts.events import EVENTS, Event
from contracts.topics import topic_of
from policy.packs import Packs

ALL_PACKS = Packs(PACKS.values())
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEYS = SigningKeys([KEY])
SEALER = Sealer([bytes(range(32))])
SIGNER = WebhookSigner(KEYS, SEALER)
BROKEN = Receipt(DeliveryFailure.SERVER_ERROR, 500)


def message(event: Event, *, partnership: str = "wandsworth", sequence: int = 1) -> Message:
    envelope = Envelope(
        id=uuid4(),
        source="triage",
        type=event.TYPE,
        subject=event.subject,
        time=NOW,
        sequence=sequence,
        partnership=partnership,
        correlation_id=event.correlation,
    )
    return Message(envelope, event.to_json(), topic_of(event.TYPE).name, 0, 0, event)


async def read(db: Database, *events: Event, now: datetime = NOW) -> None:
    """Apply events by the handlers that the subscriptions name."""
    table = subscriptions(ALL_PACKS, RandomIds())
    async with db.transaction() as tx:
        for event in events:
            handler = table.handlers.get(type(event))
            assert handler is not None
            await handler(tx, message(event), now)


def shared(
    current: str,
    previous: str | None = None,
    until: datetime | None = None,
    *,
    by: UUID | None = None,
    sealer: Sealer = SEALER,
) -> Secret:
    """Secrets that an endpoint shares with us, as they are stored."""
    by = by or endpoint().endpoint_id
    before = sealer.seal(previous, place=Place.previous(by)) if previous is not None else None
    return Secret(sealer.seal(current, place=Place.current(by)), before, until)


async def set_endpoint(db: Database, **changes: Any) -> Endpoint:
    new = endpoint(**({"endpoint_id": uuid4()} | changes))
    async with db.transaction() as tx:
        await endpoints.record_endpoint(tx, new, change=Change("operator", NOW))
    return new


async def queue(db: Database, event: Event, **to: Any) -> Notice:
    """One notice of an event, for an agency with the endpoint described; the referral is known."""
    if to:
        await set_endpoint(db, **to)
    await read(db, case_opened(), event)
    return (await all_notices(db))[-1]


async def all_notices(db: Database) -> Sequence[Notice]:
    """Every notice, in the order queued."""
    async with db.transaction() as tx:
        ids = (await tx.scalars(text("SELECT notice_id FROM notice ORDER BY number"))).all()
        found = [await notices.find_notice(tx, each) for each in ids]
    return [notice for notice in found if notice is not None]


async def events_of(db: Database, subject: str = "notice/%") -> list[Event]:
    """What was recorded, in order, read as another service would."""
    async with db.transaction() as tx:
        rows = await tx.execute(
            text("SELECT headers ->> 'ce_type' AS type, data FROM event WHERE aggregate LIKE :subject ORDER BY id"),
            {"subject": subject},
        )
        return [EVENTS[row.type].read(bytes(row.data)) for row in rows]


async def deliveries(db: Database) -> list[Any]:
    async with db.transaction() as tx:
        return list(
            await tx.execute(
                text("SELECT d.*, e.channel FROM delivery d JOIN endpoint e USING (endpoint_id) ORDER BY e.channel")
            )
        )


@dataclass
class Script:
    """A sender that answers as asked, the last answer for ever, and keeps what it was asked to send."""

    answers: list[Receipt] = field(default_factory=lambda: [Receipt(status=200)])
    sent: list[Delivery] = field(default_factory=list)

    async def send(self, delivery: Delivery, *, now: datetime) -> Receipt:
        self.sent.append(delivery)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    @property
    def ids(self) -> list[UUID]:
        return [delivery.notice.notice_id for delivery in self.sent]


def both(sender: Any) -> dict[Channel, Any]:
    return {Channel.WEBHOOK: sender, Channel.EMAIL: sender}


def escalator(db: Database, clock: SettableClock, *, packs: Packs = ALL_PACKS) -> Escalator:
    return Escalator(db, packs, clock, RandomIds(), hint=Restless())


def deliverer(db: Database, clock: SettableClock, sender: Any, **changes: Any) -> Deliverer:
    return Deliverer(
        db=db,
        senders=both(sender),
        packs=changes.pop("packs", ALL_PACKS),
        clock=clock,
        ids=RandomIds(),
        hint=changes.pop("hint", None) or Restless(),
        **({"per_endpoint": 4} | changes),
    )
