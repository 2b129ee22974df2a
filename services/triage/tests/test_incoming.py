"""What other services tell us: one case for each referral, and how far notices have come."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from triage_examples import NOW, received
from triage_world import POLICE, TEAM, World

from chassis.run.provision import DatabaseUrls
from chassis.testing import revisions
from contracts.bounds import EARLIEST, LATEST
from contracts.codes import Channel, ConcernType, CurrentPlan, NoticeKind
from contracts.events import ChildPlans, ChildReference, NoticeDelivered, NoticeOpened, NoticeQueued
from policy.packs import NotServed
from triage.errors import NotOneCase, Untimely
from triage.tables import metadata

REFERRAL_ID = UUID(int=1000)
NOTICE_ID = UUID(int=77)


async def test_a_referral_opens_one_case_however_often_it_is_heard(world: World) -> None:
    event = received()

    await world.deliver(event)
    await world.deliver(event)

    assert len(await world.rows('SELECT 1 FROM "case"')) == 1
    assert len(await world.events("case.opened")) == 1


async def test_a_case_is_due_by_the_clocks_of_its_pack(world: World) -> None:
    case = await world.open_case()

    shown = (await world.get(case, "officer")).json()
    [opened] = await world.events("case.opened")

    assert shown["decision_due_at"] == opened["decision_due_at"] == "2026-11-25T17:00:00Z"
    assert {clock["name"] for clock in shown["clocks"]} == {"decision", "rating"}
    assert shown["policy_version"].startswith("wandsworth-")


@pytest.mark.parametrize(
    ("changes", "rating", "reason"),
    [
        ({"immediate_danger": True}, "red", "immediate-danger"),
        ({"concern_types": (ConcernType.FGM,)}, "red", "concern-type"),
        ({"concern_types": (), "previous_referral_id": UUID(int=9)}, "amber", "repeat"),
        ({"concern_types": (), "children": (ChildReference(child_id=UUID(int=7), unborn=True),)}, "amber", "unborn"),
        (
            {
                "concern_types": (),
                "plans": (ChildPlans(child_id=UUID(int=1002), plans=(CurrentPlan.CHILD_PROTECTION,)),),
            },
            "amber",
            "child-protection-plan",
        ),
        ({"concern_types": (), "plans": ()}, "green", "default"),
        ({"concern_types": ()}, "green", "default"),
    ],
)
async def test_the_pack_suggests_a_rating_with_its_reasons_and_sets_none(
    world: World, changes: dict[str, Any], rating: str, reason: str
) -> None:
    case = await world.open_case(**changes)

    shown = (await world.get(case, "officer")).json()

    assert shown["rating"] is None
    assert shown["suggested_rating"] == rating
    assert reason in [one["code"] for one in shown["suggestion_reasons"]]


async def test_a_referral_of_a_partnership_without_a_pack_is_wrong(world: World) -> None:
    with pytest.raises(NotServed):
        await world.deliver(received(), partnership="nowhere")

    assert await world.rows('SELECT 1 FROM "case"') == []


async def test_a_child_of_another_case_makes_the_message_wrong_and_leaves_nothing(world: World) -> None:
    await world.open_case(1)

    with pytest.raises(NotOneCase):
        await world.open_case(2, children=(ChildReference(child_id=UUID(int=1001), unborn=False),))

    assert len(await world.rows('SELECT 1 FROM "case"')) == 1


async def test_a_receipt_whose_clocks_would_end_after_all_time_makes_the_message_wrong(world: World) -> None:
    with pytest.raises(Untimely):
        await world.open_case(received_at=LATEST - timedelta(microseconds=1))


async def test_a_receipt_from_long_ago_opens_a_case_that_is_late(world: World) -> None:
    case = await world.open_case(received_at=EARLIEST)

    assert (await world.get(case, "officer")).json()["decision_due_at"].startswith("2000-01-0")


async def test_each_partnership_has_its_own_hours(world: World) -> None:
    await world.open_case(1)
    await world.open_case(2, partnership="warwickshire")

    due = [event["decision_due_at"] for event in await world.events("case.opened")]

    assert due == ["2026-11-25T17:00:00Z", "2026-11-25T17:30:00Z"]


def queued(
    about_id: UUID, *, kind: NoticeKind = NoticeKind.INFORMATION_REQUESTED, agency: str = POLICE
) -> NoticeQueued:
    return NoticeQueued(
        notice_id=NOTICE_ID,
        referral_id=REFERRAL_ID,
        agency=agency,
        kind=kind,
        about_id=about_id,
        channels=(Channel.WEBHOOK, Channel.INBOX),
        queued_at=NOW,
    )


def delivered(at_hours: int, *, kind: NoticeKind = NoticeKind.INFORMATION_REQUESTED) -> NoticeDelivered:
    return NoticeDelivered(
        notice_id=NOTICE_ID,
        referral_id=REFERRAL_ID,
        agency=POLICE,
        kind=kind,
        channel=Channel.WEBHOOK,
        attempts=1,
        delivered_at=NOW + timedelta(hours=at_hours),
    )


def opened(at_hours: int) -> NoticeOpened:
    return NoticeOpened(
        notice_id=NOTICE_ID,
        referral_id=REFERRAL_ID,
        agency=POLICE,
        kind=NoticeKind.INFORMATION_REQUESTED,
        opened_by="police",
        opened_at=NOW + timedelta(hours=at_hours),
    )


async def test_a_request_is_asked_then_delivered_then_opened_then_answered(world: World) -> None:
    case = await world.open_case()
    request = await world.ask(case)
    states = []

    async def look() -> None:
        [line] = (await world.get(case, "worker")).json()["requests"]
        states.append(line["state"])

    await look()
    await world.deliver(queued(UUID(request.rsplit("/", 1)[-1])))
    await look()
    await world.deliver(delivered(1))
    await look()
    await world.deliver(opened(2))
    await look()
    await world.post(f"{request}/answer", "police", {"answer": "nothing-held"})
    await look()

    assert states == ["asked", "asked", "delivered", "opened", "answered"]


async def test_the_first_delivery_and_the_first_opening_count(world: World) -> None:
    case = await world.open_case()
    request = await world.ask(case)
    await world.deliver(queued(UUID(request.rsplit("/", 1)[-1])))

    for event in (delivered(1), delivered(3), opened(2), opened(4)):
        await world.deliver(event)

    [line] = (await world.get(case, "worker")).json()["requests"]
    assert (line["delivered_at"], line["opened_at"]) == ("2026-11-24T11:00:00Z", "2026-11-24T12:00:00Z")


async def test_a_handover_shows_that_its_notice_arrived(world: World) -> None:
    case = await world.open_case()
    await world.decide(case, 1)
    handover = await world.offer(case, 1)

    await world.deliver(queued(UUID(handover.rsplit("/", 1)[-1]), kind=NoticeKind.HANDOVER_OFFERED, agency=TEAM))
    await world.deliver(delivered(1, kind=NoticeKind.HANDOVER_OFFERED))

    [line] = (await world.get(case, "worker")).json()["handovers"]
    assert line["delivered_at"] == "2026-11-24T11:00:00Z"


async def test_notices_about_other_things_change_nothing(world: World) -> None:
    await world.deliver(queued(UUID(int=5), kind=NoticeKind.REFERRAL_RECEIVED))
    await world.deliver(delivered(1, kind=NoticeKind.REFERRAL_RECEIVED))

    assert await world.rows("SELECT 1 FROM notice") == []


async def test_the_tables_are_the_migrated_ones(urls: DatabaseUrls) -> None:
    assert await revisions.differences(urls.owner_url, metadata) == []
