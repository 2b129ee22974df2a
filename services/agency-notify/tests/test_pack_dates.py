"""A notice outlives its pack: whom an event named is notified, though the pack has ended or names them no more."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from notify_examples import (
    FEEDBACK,
    NOW,
    PACKS_FOLDER,
    case_decided,
    case_opened,
    clock_breached,
    handover_offered,
    information_requested,
    question_asked,
    referral_received,
    referral_withdrawn,
)
from notify_world import SEALER, Script, all_notices, deliverer, events_of, message, set_endpoint

from agency_notify.escalation.worker import Escalator
from agency_notify.handlers import inbox
from agency_notify.handlers.endpoints import EndpointDependencies, set_endpoints
from agency_notify.store.endpoints import Change, Whose
from agency_notify.subscriptions import subscriptions
from chassis.db import Database
from chassis.ids import RandomIds
from chassis.testing.clock import SettableClock
from chassis.testing.hints import Restless
from chassis.web.auth import Principal
from contracts.codes import ActorKind, Channel
from contracts.events import Event, NoticeEscalated
from policy import testing
from policy.load import load_packs
from policy.packs import Packs
from policy.testing import LEFT_OUT, NEW_ROLE, NEW_TEAM, TEAM_LEFT_OUT

LAST_DAY = date(2026, 11, 30)
LATER = NOW + timedelta(days=14)
"""A week after the pack's last day."""


@pytest.fixture(params=["ended", "replaced"])
def packs(request: pytest.FixtureRequest, tmp_path: Path) -> Packs:
    return load_packs(testing.WRITERS[request.param](PACKS_FOLDER, tmp_path, last_day=LAST_DAY))


@pytest.fixture
def version(packs: Packs) -> str:
    """What triage and intake stamped on everything that began under the first version."""
    return packs.in_force("wandsworth", at=NOW).version_id


async def read(db: Database, packs: Packs, *events: Event) -> None:
    """Events reach us after the pack's last day."""
    table = subscriptions(packs, RandomIds())
    async with db.transaction() as tx:
        for event in events:
            handler = table.handlers.get(type(event))
            assert handler is not None
            await handler(tx, message(event), LATER)


def reader(*roles: str, agency: str) -> Principal:
    return Principal("person-1", ActorKind.PERSON, agency, "wandsworth", frozenset(roles), "client-1")


@pytest.mark.parametrize(
    ("make", "agency"),
    [
        (referral_received, "ashcroft-primary"),
        (question_asked, "ashcroft-primary"),
        (information_requested, LEFT_OUT),
        (handover_offered, TEAM_LEFT_OUT),
        (case_decided, "ashcroft-primary"),
        (clock_breached, "wandsworth-mash"),
    ],
)
async def test_whom_an_event_names_is_notified_by_the_version_that_shaped_it(
    db: Database, packs: Packs, version: str, make: Any, agency: str
) -> None:
    await read(db, packs, case_opened(), make(policy_version=version))

    [notice] = await all_notices(db)
    assert (notice.agency, notice.withheld) == (agency, None)


async def test_an_event_without_a_version_goes_by_the_newest_pack(db: Database, packs: Packs) -> None:
    await read(db, packs, case_opened(), referral_withdrawn())

    [notice] = await all_notices(db)
    assert (notice.agency, notice.withheld) == ("wandsworth-mash", None)


async def test_what_was_queued_for_an_agency_that_was_left_out_is_sent_and_opened(
    db: Database, clock: SettableClock, packs: Packs, version: str
) -> None:
    await set_endpoint(db, channel=Channel.WEBHOOK, agency=LEFT_OUT)
    await read(db, packs, case_opened(), information_requested(policy_version=version))
    clock.set(LATER)
    sender = Script()

    await deliverer(db, clock, sender, packs=packs).deliver_due()

    [notice] = await all_notices(db)
    assert sender.ids == [notice.notice_id]
    async with db.transaction() as tx:
        opened = await inbox.open_notice(
            tx, notice.notice_id, reader("agency-representative", agency=LEFT_OUT), packs=packs, now=LATER
        )
    assert isinstance(opened, inbox.Read)
    assert opened.notice.opened_by == "person-1"


async def test_what_nobody_opens_is_escalated(db: Database, clock: SettableClock, packs: Packs, version: str) -> None:
    await read(db, packs, case_opened(), handover_offered(policy_version=version))
    clock.set(LATER + timedelta(days=1))

    assert await Escalator(db, packs, clock, RandomIds(), hint=Restless()).escalate_due() == 1

    [escalated] = [event for event in await events_of(db) if isinstance(event, NoticeEscalated)]
    assert escalated.escalated_to == "mash-manager"


async def test_an_outcome_is_told_in_the_words_of_the_version_that_decided(
    db: Database, packs: Packs, version: str
) -> None:
    await read(db, packs, case_opened(), case_decided(policy_version=version))

    [notice] = await all_notices(db)
    assert notice.feedback == FEEDBACK
    assert packs.find_feedback("wandsworth", FEEDBACK, at=LATER)


async def test_people_of_every_version_that_has_begun_read_notices(packs: Packs) -> None:
    old = inbox.staff_roles(reader("macpt-member", agency=TEAM_LEFT_OUT), packs, now=LATER)
    new = inbox.staff_roles(reader(NEW_ROLE, agency=NEW_TEAM), packs, now=LATER)
    early = inbox.staff_roles(reader(NEW_ROLE, agency=NEW_TEAM), packs, now=NOW)

    replaced = len(packs.versions("wandsworth")) > 1
    assert [set(roles) for roles in (old, new, early)] == [{"macpt-member"}, {NEW_ROLE} if replaced else set(), set()]


async def test_endpoints_are_set_before_a_version_begins_and_changed_after_it_was_replaced(
    db: Database, tmp_path: Path
) -> None:
    packs = load_packs(testing.write_replaced(PACKS_FOLDER, tmp_path, last_day=LAST_DAY))
    needed = EndpointDependencies(packs, RandomIds(), SEALER)

    for agency, at in ((NEW_TEAM, NOW), (TEAM_LEFT_OUT, LATER)):
        async with db.transaction() as tx:
            await set_endpoints(tx, Whose("wandsworth", agency), [], dependencies=needed, change=Change("operator", at))
