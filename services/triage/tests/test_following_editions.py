"""What an edition says takes the place of what earlier ones said; what people did and decided stays."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from triage_examples import facts
from triage_steps import closed, decided, line, shown
from triage_world import World

from contracts.codes import ConcernType, CurrentPlan, SupplementKind
from contracts.events import ChildPlans, ChildReference

FIRST, SECOND = UUID(int=1001), UUID(int=1002)


def children(*, unborn: bool) -> tuple[ChildReference, ...]:
    """Both children of the case, of whom the first is born, or not."""
    return ChildReference(child_id=FIRST, unborn=unborn), ChildReference(child_id=SECOND, unborn=False)


async def correct(world: World, *, edition: int = 2, **said: Any) -> None:
    """The sender puts something right; ``said`` is what its referral says as a whole then."""
    whole = facts(**({"children": children(unborn=False)} | said))
    await world.supplement(
        edition=edition,
        supplement_id=UUID(int=70 + edition),
        kind=SupplementKind.CORRECTION,
        concern_types=whole.concern_types,
        facts=whole,
    )


def codes(reasons: list[dict[str, str]]) -> list[str]:
    return [reason["code"] for reason in reasons]


async def test_a_child_that_was_born_is_unborn_no_more(world: World) -> None:
    case = await world.open_case(children=children(unborn=True), concern_types=(ConcernType.OTHER,))
    before = await shown(world, case)

    await correct(world, concern_types=(ConcernType.OTHER,))

    now = await shown(world, case)
    assert [child["unborn"] for child in before["children"]] == [True, False]
    assert [child["unborn"] for child in now["children"]] == [False, False]
    assert (codes(before["suggestion_reasons"]), codes(now["suggestion_reasons"])) == (["unborn"], ["default"])
    assert (before["suggested_rating"], now["suggested_rating"]) == ("amber", "green")
    assert [news["what"] for news in now["news"]] == ["correction"]


def plans(*has: CurrentPlan) -> tuple[ChildPlans, ...]:
    """What a referral says of the first child alone."""
    return (ChildPlans(child_id=FIRST, plans=has),) if has else ()


async def test_a_plan_raises_the_suggestion_and_a_correction_that_removes_it_lowers_it_with_history(
    world: World,
) -> None:
    case = await world.open_case(concern_types=(ConcernType.OTHER,), plans=plans(CurrentPlan.CHILD_PROTECTION))
    before = await shown(world, case)

    await correct(world, concern_types=(ConcernType.OTHER,), plans=plans())

    now = await shown(world, case)
    assert [child["plans"] and codes(child["plans"]) for child in before["children"]] == [["child-protection"], None]
    assert [child["plans"] for child in now["children"]] == [None, None]
    assert codes(before["suggestion_reasons"]) == ["child-protection-plan"]
    assert (before["suggested_rating"], now["suggested_rating"]) == ("amber", "green")
    assert [news["what"] for news in now["news"]] == ["correction"]


async def test_a_plan_that_is_learned_of_raises_the_suggestion_for_everybody(world: World) -> None:
    case = await world.open_case(concern_types=(ConcernType.OTHER,), plans=plans(CurrentPlan.NONE))

    await correct(world, concern_types=(ConcernType.OTHER,), plans=plans(CurrentPlan.CHILD_PROTECTION_ENDED))

    [informed] = await world.events("case.informed")
    assert (informed["suggested_rating"], informed["suggestion_reasons"]) == ("amber", ["child-protection-plan"])
    assert codes((await shown(world, case))["children"][0]["plans"]) == ["child-protection-ended"]


async def test_an_event_from_before_plans_were_said_takes_none_back(world: World) -> None:
    case = await world.open_case(concern_types=(ConcernType.OTHER,), plans=plans(CurrentPlan.CHILD_PROTECTION))

    await correct(world, concern_types=(ConcernType.BULLYING,))

    now = await shown(world, case)
    assert codes(now["children"][0]["plans"]) == ["child-protection"]
    assert (now["suggested_rating"], codes(now["suggestion_reasons"])) == ("amber", ["child-protection-plan"])


async def test_a_correction_that_is_undone_leaves_the_case_as_it_was_but_for_its_news(world: World) -> None:
    case = await world.open_case()
    before = await shown(world, case)

    await correct(world, children=children(unborn=True), concern_types=(ConcernType.FGM,), immediate_danger=True)
    await correct(world, edition=3)

    now = await shown(world, case)
    changed = {name for name in now if now[name] != before[name]}
    assert changed - {"last_looked_at", "last_looked_version"} == {
        "version",
        "news",
        "document_url",
        "missing_information",
    }


async def test_danger_that_was_reported_by_mistake_calms_the_suggestion_and_no_rating(world: World) -> None:
    case = await world.open_case(immediate_danger=True)
    await world.post(f"{case}/rating", "worker", {"rating": "red"}, version=1)
    rated = await shown(world, case)

    await correct(world)

    now, queued = await shown(world, case), await line(world)
    assert (rated["suggested_rating"], now["suggested_rating"], now["immediate_danger"]) == ("red", "amber", False)
    assert (queued["rating"], queued["immediate_danger"]) == ("red", False)
    assert (now["decision_due_at"], now["clocks"]) == (rated["decision_due_at"], rated["clocks"])


async def test_the_others_hear_what_is_suggested_now_and_what_a_person_rated(world: World) -> None:
    case = await world.open_case()
    await correct(world, immediate_danger=True)
    await world.post(f"{case}/rating", "worker", {"rating": "green"}, version=2)

    await correct(world, edition=3)

    first, second = await world.events("case.informed")
    assert (first["rating"], first["suggested_rating"]) == (None, "red")
    assert (second["rating"], second["suggested_rating"]) == ("green", "amber")
    assert "immediate-danger" in first["suggestion_reasons"]


async def test_a_decision_stays_and_was_made_without_what_is_known_now(world: World) -> None:
    case = await world.open_case(children=children(unborn=True))
    await decided(world, case)

    await correct(world)

    now = await shown(world, case)
    assert [(child["unborn"], child["decided"], child["decision_stale"]) for child in now["children"]] == [
        (False, True, True),
        (False, True, True),
    ]
    assert [decision["outcome"] for decision in now["decisions"]] == ["no-further-action"] * 2


async def test_a_closed_case_is_opened_again_by_a_correction_and_knows_it(world: World) -> None:
    case = await closed(world)
    world.clock.advance(timedelta(days=1))

    await correct(world, concern_types=(ConcernType.SEXUAL_ABUSE,))

    now, [reopened] = await shown(world, case), await world.events("case.reopened")
    assert (now["state"], now["concern_types"], reopened["news"]) == ("decided", ["sexual-abuse"], "correction")
    assert now["suggested_rating"] == "red"


async def test_a_likely_repeat_follows_too(world: World) -> None:
    earlier = UUID(int=9)
    case = await world.open_case(previous_referral_id=earlier, concern_types=(ConcernType.OTHER,))
    before = await shown(world, case)

    await correct(world, previous_referral_id=None, concern_types=(ConcernType.OTHER,))

    now = await shown(world, case)
    assert (before["previous_referral_id"], now["previous_referral_id"]) == (str(earlier), None)
    assert (codes(before["suggestion_reasons"]), codes(now["suggestion_reasons"])) == (["repeat"], ["default"])


async def test_a_child_that_only_the_whole_names_is_not_lost(world: World) -> None:
    """An operator gave up the message that added it."""
    case = await world.open_case()
    third = ChildReference(child_id=UUID(int=1003), unborn=True)

    await correct(world, edition=3, children=(*children(unborn=False), third))

    now = await shown(world, case)
    assert [child["unborn"] for child in now["children"]] == [False, False, True]
    assert now["news"][0]["child_ids"] == [str(third.child_id)]


async def test_an_older_edition_that_comes_late_is_news_and_changes_nothing(world: World) -> None:
    case = await world.open_case()
    await correct(world, edition=3, concern_types=(ConcernType.FGM,))

    await correct(world, edition=2, concern_types=(ConcernType.NEGLECT,), immediate_danger=True)

    now = await shown(world, case)
    assert (now["concern_types"], now["immediate_danger"]) == (["fgm"], False)
    assert [news["edition"] for news in now["news"]] == [3, 2]
    assert now["document_url"].endswith("edition=3")
