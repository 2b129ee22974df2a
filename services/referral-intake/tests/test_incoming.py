"""What triage tells: the sender's status follows it, at the times that triage gave."""

from datetime import timedelta
from uuid import UUID

import pytest
from intake_examples import NOW, TERMS, acceptance, accepted
from intake_messages import message_of, opened

from chassis.db import Database, Transaction
from contracts.codes import ClosureReason, Outcome, ThresholdLevel
from contracts.events import CaseClosed, CaseDecided, Event
from referral_intake import decide, store
from referral_intake.errors import UnknownReferral
from referral_intake.model import Referral, Status
from referral_intake.subscriptions import SUBSCRIPTIONS


@pytest.fixture(autouse=True)
async def kept(db: Database) -> None:
    """A referral that triage tells of."""
    await accepted(db, acceptance(1))


def decided(*, last: bool) -> CaseDecided:
    return CaseDecided(
        case_id=UUID(int=50),
        referral_id=UUID(int=1),
        reference="WAN-000000001",
        agency="ashcroft-primary",
        child_id=UUID(int=1000),
        decision_id=UUID(int=60),
        recommendation_id=UUID(int=61),
        outcome=Outcome.ASSESSMENT,
        level=ThresholdLevel.COMPLEX,
        recommended_by="person-1",
        authorised_by="person-2",
        decided_at=NOW + timedelta(minutes=1),
        all_children_decided=last,
        policy_version=TERMS.policy_version,
    )


def closed() -> CaseClosed:
    return CaseClosed(
        case_id=UUID(int=50),
        referral_id=UUID(int=1),
        reason=ClosureReason.HANDED_OVER,
        closed_at=NOW + timedelta(minutes=2),
    )


async def follow(db: Database, *events: Event) -> Referral:
    async with db.transaction() as tx:
        for event in events:
            await take(tx, event)
    async with db.transaction() as tx:
        referral = await store.find_referral(tx, UUID(int=1))
    assert referral is not None
    return referral


async def take(tx: Transaction, event: Event) -> None:
    handler = SUBSCRIPTIONS.handlers.get(type(event))
    assert handler is not None
    await handler(tx, message_of(event), NOW)


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ((), Status.RECEIVED),
        ((opened(),), Status.BEING_LOOKED_AT),
        ((opened(), decided(last=False)), Status.BEING_LOOKED_AT),
        ((opened(), decided(last=False), decided(last=True)), Status.DECIDED),
        ((opened(), decided(last=True), closed()), Status.CLOSED),
    ],
)
async def test_the_senders_status_follows_triage(db: Database, events: tuple[Event, ...], status: Status) -> None:
    referral = await follow(db, *events)

    assert decide.status(referral.milestones) is status


async def test_each_step_keeps_the_time_triage_gave_it(db: Database) -> None:
    referral = await follow(db, opened(), decided(last=True), closed())

    assert referral.milestones.looked_at == opened().opened_at
    assert referral.milestones.decided_at == decided(last=True).decided_at
    assert referral.milestones.closed_at == closed().closed_at


async def test_an_event_about_a_referral_that_is_not_kept_here_is_a_wrong_message(db: Database) -> None:
    with pytest.raises(UnknownReferral):
        async with db.transaction() as tx:
            await take(tx, opened(number=404))
