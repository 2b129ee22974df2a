"""What senders say later, as it reaches a case: on a real database, whatever the case's state."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from triage_examples import document_url
from triage_steps import NEW_CHILD, THIRD, decided, line, shown
from triage_world import World

from contracts.codes import ConcernType, MissingItem, SupplementKind
from contracts.events import ChildReference
from triage.errors import NoCaseYet, NotOneCase


async def test_a_supplement_is_shown_and_brings_the_case_up_to_date(world: World) -> None:
    case = await world.open_case()
    world.clock.advance(timedelta(minutes=20))

    await world.supplement(
        concern_types=(ConcernType.DOMESTIC_ABUSE,), missing_information=(MissingItem.SCHOOL,), edition=2
    )

    now = await shown(world, case)
    assert now["version"] == 2
    assert now["concern_types"] == ["neglect", "domestic-abuse"]
    assert [item["code"] for item in now["missing_information"]] == ["school"]
    assert now["document_url"] == document_url(2)
    [told] = now["news"]
    assert (told["what"], told["edition"], told["told_at"]) == ("new-information", 2, "2026-11-24T10:20:00Z")


async def test_a_new_child_is_a_child_of_the_case_without_a_decision(world: World) -> None:
    case = await world.open_case()

    await world.supplement(**NEW_CHILD)

    now = await shown(world, case)
    [informed] = await world.events("case.informed")
    added = now["children"][-1]
    assert (added["child_id"], added["unborn"], added["decided"]) == (str(THIRD), True, False)
    assert informed["child_ids"] == now["news"][0]["child_ids"] == [str(THIRD)]


async def test_anyone_who_decides_must_have_seen_the_news(world: World) -> None:
    case = await world.open_case()
    recommendation_id = await world.recommend(case, 1)
    seen = await world.version(case)
    await world.supplement()
    body = {"recommendation_id": recommendation_id, "agree": True, "rationale": "Yes."}

    stale = await world.post(f"{case}/decisions", "manager", body, version=seen)
    blind = await world.post(f"{case}/decisions", "manager", body, version=(await line(world))["version"])
    sighted = await world.post(f"{case}/decisions", "manager", body, version=(await shown(world, case))["version"])

    assert [answer.status_code for answer in (stale, blind, sighted)] == [412, 409, 200]
    assert blind.json()["type"].endswith("/news-unseen")


async def test_news_is_new_until_somebody_of_triage_looks(world: World) -> None:
    case = await world.open_case()
    await world.decide(case, 1)
    await world.offer(case, 1)
    await world.supplement(kind=SupplementKind.CORRECTION)

    await world.get(case, "auditor", purpose="audit")
    await world.get(case, "team", purpose="child-protection")
    still_new = await line(world)
    world.clock.advance(timedelta(minutes=5))
    first, second = await shown(world, case, "officer"), await shown(world, case, "manager")

    assert [one["code"] for one in still_new["unseen_news"]] == ["correction"]
    assert first["news"][0]["seen_by"] is None
    assert (second["news"][0]["seen_by"], second["news"][0]["seen_at"]) == ("officer", "2026-11-24T10:05:00Z")
    assert (await line(world))["unseen_news"] == []
    assert (await line(world))["news_at"] == "2026-11-24T10:00:00Z"


async def test_when_many_look_at_once_while_more_comes_each_piece_of_news_is_seen_once(world: World) -> None:
    case = await world.open_case()
    await world.supplement()

    looks = await asyncio.gather(
        *(world.get(case, who) for who in ("officer", "worker", "manager") * 3), world.supplement(edition=3)
    )

    first, _ = (await shown(world, case))["news"]
    assert [answer.status_code for answer in looks[:-1] if answer is not None] == [200] * 9
    assert first["seen_by"] in ("officer", "worker", "manager")


async def test_danger_reported_later_is_shown_and_makes_the_suggestion_red_but_rates_nothing(world: World) -> None:
    case = await world.open_case()
    await world.post(f"{case}/rating", "worker", {"rating": "green"}, version=1)

    await world.supplement(immediate_danger=True)

    queued, now = await line(world), await shown(world, case)
    assert (queued["immediate_danger"], queued["unseen_danger"]) == (True, True)
    assert (queued["suggested_rating"], queued["rating"]) == ("red", "green")
    assert (now["immediate_danger"], now["news"][0]["immediate_danger"]) == (True, True)
    assert "immediate-danger" in [reason["code"] for reason in now["suggestion_reasons"]]


async def test_a_supplement_that_does_not_say_how_the_referral_stands_calms_no_suggestion(world: World) -> None:
    case = await world.open_case(immediate_danger=True)

    await world.supplement(concern_types=(), immediate_danger=False)

    assert (await shown(world, case))["suggested_rating"] == "red"


async def test_taking_a_referral_back_closes_nothing(world: World) -> None:
    case = await world.open_case()

    await world.withdraw()

    now, [informed] = await shown(world, case), await world.events("case.informed")
    assert (now["state"], now["news"][0]["what"], informed["news"]) == ("new", "withdrawn", "withdrawn")
    assert [child["decided"] for child in now["children"]] == [False, False]
    assert (await world.post(f"{case}/closure", "manager", version=now["version"])).status_code == 409


async def test_a_new_child_in_a_case_that_only_waits_for_its_team_starts_a_decision_clock(world: World) -> None:
    case = await world.open_case()
    await decided(world, case, "strategy-discussion")
    handover = await world.offer(case, 1, 2)
    world.clock.advance(timedelta(days=1))

    await world.supplement(**NEW_CHILD)
    accepted = await world.post(f"{handover}/acceptance", "team")

    now = await shown(world, case)
    assert not accepted.json()["case_closed"]
    assert (now["state"], now["decision_due_at"]) == ("new", "2026-11-26T17:00:00Z")
    assert await world.events("case.reopened") == []


async def test_a_team_that_accepts_before_anybody_looked_does_not_close_the_case_over_the_news(world: World) -> None:
    case = await world.open_case()
    await decided(world, case, "strategy-discussion")
    handover = await world.offer(case, 1, 2)
    await world.supplement(immediate_danger=True)

    accepted = await world.post(f"{handover}/acceptance", "team")

    queued = await line(world)
    assert not accepted.json()["case_closed"]
    assert (queued["state"], queued["unseen_danger"]) == ("decided", True)
    assert queued["due_at"] == "2026-11-25T17:00:00Z"


async def test_a_running_decision_clock_is_not_lengthened_by_news(world: World) -> None:
    case = await world.open_case()
    world.clock.advance(timedelta(hours=5))

    await world.supplement()

    now = await shown(world, case)
    assert now["decision_due_at"] == "2026-11-25T17:00:00Z"
    assert sorted(clock["name"] for clock in now["clocks"]) == ["decision", "rating"]


async def test_several_editions_are_told_in_their_order(world: World) -> None:
    case = await world.open_case()

    await world.supplement(edition=2)
    await world.supplement(edition=3, kind=SupplementKind.CORRECTION, supplement_id=UUID(int=71))
    await world.withdraw(edition=4)

    now = await shown(world, case)
    assert [told["edition"] for told in now["news"]] == [2, 3, 4]
    assert now["document_url"] == document_url(4)
    assert [one["code"] for one in (await line(world))["unseen_news"]] == []


async def test_news_of_a_referral_without_a_case_is_wrong(world: World) -> None:
    with pytest.raises(NoCaseYet):
        await world.supplement()
    with pytest.raises(NoCaseYet):
        await world.withdraw()


async def test_a_child_of_another_case_makes_the_news_wrong_and_leaves_nothing(world: World) -> None:
    await world.open_case(1)
    case = await world.open_case(2)
    stolen = (ChildReference(child_id=UUID(int=1001), unborn=False),)

    with pytest.raises(NotOneCase):
        await world.supplement(2, children=stolen)

    assert await world.version(case) == 1
    assert await world.rows("SELECT 1 FROM news") == []
