"""What escalation tests share: what was notified, to whom, and acting on it as a reader of a role."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from notify_examples import NOW, REFERRAL, case_opened, case_rated, information_requested
from notify_world import ALL_PACKS, all_notices, events_of, read, set_endpoint
from sqlalchemy import text

from agency_notify.handlers import inbox
from agency_notify.model import Notice, Receipt
from chassis.db import Database
from chassis.testing.clock import SettableClock
from chassis.web.auth import Principal
from contracts.codes import ActorKind, Channel, DeliveryFailure, Rating
from contracts.events import Event, NoticeEscalated
from contracts.problems import Problem

HUB = "wandsworth-mash"
SIX_HOURS = timedelta(hours=6)  # of work: from Monday 10:00 it is Monday 16:00
TWO_HOURS = timedelta(hours=2)
REFUSED = Receipt(DeliveryFailure.REFUSED, 550, final=True)


def staff(*roles: str, agency: str = HUB) -> Principal:
    """A person with these roles."""
    return Principal(
        "-".join(roles), ActorKind.PERSON, agency, "wandsworth", frozenset(roles), "frontdoor-ui"
    )  # fmt: skip


def system(agency: str = "metropolitan-police") -> Principal:
    """An agency's system."""
    return Principal(f"{agency}-system", ActorKind.PARTNER, agency, "wandsworth", frozenset({"partner"}), agency)


async def hub_mailbox(db: Database) -> None:
    """The hub is reached by e-mail."""
    await set_endpoint(db, agency=HUB, channel=Channel.EMAIL, address="hub@example.org", signing=None)


async def queued(db: Database, event: Event | None = None, *, rating: Rating = Rating.AMBER) -> Notice:
    """The notice of an event in a case of that rating."""
    event = event or information_requested(request_id=uuid4())
    await read(db, case_opened(), case_rated(rating=rating), event)
    return (await all_notices(db))[-1]


async def opened(db: Database, notice_id: UUID, by: Principal, clock: SettableClock) -> None:
    """The reader opens the notice."""
    async with db.transaction() as tx:
        result = await inbox.open_notice(tx, notice_id, by, packs=ALL_PACKS, now=clock.now())
    assert not isinstance(result, Problem), result


async def acknowledged(db: Database, notice_id: UUID, by: Principal, clock: SettableClock) -> None:
    """The reader opens the notice and says that it is dealt with."""
    await opened(db, notice_id, by, clock)
    async with db.transaction() as tx:
        result = await inbox.acknowledge(tx, notice_id, by, packs=ALL_PACKS, now=clock.now())
    assert not isinstance(result, Problem), result


async def escalations(db: Database) -> Sequence[NoticeEscalated]:
    """What was recorded of climbs, in order."""
    return [event for event in await events_of(db) if isinstance(event, NoticeEscalated)]


async def stages(db: Database) -> Sequence[tuple[int | None, str, int]]:
    """Stage, role and repetition of every step so far."""
    return [(each.stage, each.escalated_to, each.repeated) for each in await escalations(db)]


async def calls(db: Database) -> Sequence[Notice]:
    """The escalation notices, in the order queued."""
    return [notice for notice in await all_notices(db) if notice.escalates is not None]


async def chains(db: Database) -> list[Any]:
    """The rows of every climb."""
    async with db.transaction() as tx:
        return list(await tx.execute(text("SELECT * FROM escalation ORDER BY begun_at, notice_id")))


__all__ = [
    "HUB", "NOW", "REFERRAL", "REFUSED", "SIX_HOURS", "TWO_HOURS", "acknowledged", "calls", "chains", "escalations",
    "hub_mailbox", "opened", "queued", "staff", "stages", "system",
]  # fmt: skip
