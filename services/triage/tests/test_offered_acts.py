"""What a case offers to whom: what the rules would say, and why not, and who can."""

from dataclasses import replace
from typing import Any

from triage_examples import NOW, STAFF_TERMS, acting, case, news
from triage_steps import closed, shown
from triage_world import World

from contracts.codes import Outcome
from triage import decide
from triage.model import Assignment, Case, Offered

TERMS = dict.fromkeys(Outcome, STAFF_TERMS)


def offered(subject: Case, role: str, who: str = "somebody") -> dict[str, Offered]:
    acts = decide.offered_acts(subject, by=acting(role, subject=who, now=NOW), terms=TERMS)
    return {one.act: one for one in acts}


def reasons(page: dict[str, Any]) -> dict[str, str | None]:
    return {act["act"]: act["reason"] for act in page["acts"]}


async def test_a_recommender_learns_that_somebody_else_has_to_authorise_and_who_can(world: World) -> None:
    case = await world.open_case()
    recommendation_id = await world.recommend(case, 1)

    [worker] = [act for act in (await shown(world, case, "worker"))["acts"] if act["act"] == "authorise"]
    [manager] = [act for act in (await shown(world, case, "manager"))["acts"] if act["act"] == "authorise"]

    assert (worker["offered"], worker["reason"], worker["about"]) == (False, "not-your-role", recommendation_id)
    assert worker["roles"] == ["mash-manager"]
    assert "manager" in worker["words"]
    assert (manager["offered"], manager["reason"], manager["words"]) == (True, None, None)


async def test_a_manager_who_recommended_may_not_authorise_it(world: World) -> None:
    case = await world.open_case()
    form = {"child_id": "00000000-0000-0000-0000-0000000003e9", "outcome": "assessment", "level": "3", "rationale": "?"}
    await world.post(f"{case}/recommendations", "manager", form, version=1)

    page = await shown(world, case, "manager")

    assert reasons(page)["authorise"] == "same-person"


async def test_what_is_offered_is_done_and_what_is_not_is_refused_for_the_same_reason(world: World) -> None:
    case = await world.open_case()
    await world.decide(case, 1)
    version = await world.version(case)
    page = await shown(world, case, "manager")

    closing = await world.post(f"{case}/closure", "manager", version=version)
    rating = await world.post(f"{case}/rating", "manager", {"rating": "red"}, version=version)

    assert reasons(page)["close"] == closing.json()["type"].rsplit("/", 1)[-1] == "children-undecided"
    assert reasons(page)["offer"] is None
    assert (reasons(page)["rate"], rating.status_code) == (None, 200)


async def test_an_offer_can_be_taken_back_and_each_is_an_act_of_its_own(world: World) -> None:
    case = await world.open_case()
    await world.decide(case, 1)
    handover = (await world.offer(case, 1)).rsplit("/", 1)[-1]

    page = await shown(world, case, "worker")

    [taking_back] = [act for act in page["acts"] if act["act"] == "take-back"]
    assert (taking_back["offered"], taking_back["about"]) == (True, handover)
    assert reasons(page)["offer"] == "nothing-to-offer"


async def test_a_closed_case_offers_nothing(world: World) -> None:
    page = await shown(world, await closed(world), "manager")

    assert not any(act["offered"] for act in page["acts"])
    assert set(reasons(page).values()) == {"case-closed"}


async def test_those_who_only_read_are_offered_nothing(world: World) -> None:
    case = await world.open_case()

    page = (await world.get(case, "auditor", purpose="audit")).json()

    assert page["acts"] == []
    assert page["last_looked_at"] is None


def test_a_case_that_somebody_has_is_not_offered_to_be_claimed_by_others() -> None:
    held = case(assignment=Assignment("worker", "wandsworth-mash"))

    assert offered(held, "social-worker")["claim"].reason == "already-assigned"
    assert offered(held, "social-worker", "worker")["claim"].reason == "same-assignment"
    assert offered(held, "social-worker")["unassign"].reason == "not-yours"
    assert offered(held, "social-worker", "worker")["unassign"].reason is None
    assert offered(held, "mash-manager")["unassign"].reason is None
    assert offered(held, "social-worker")["assign"].roles == {"mash-manager"}


def test_news_that_nobody_has_seen_holds_what_it_may_change() -> None:
    unseen = case(news=(news(seen_at=None),))

    assert offered(unseen, "mash-manager")["rate"].reason is None
    assert offered(replace(unseen, children=()), "mash-manager")["close"].reason == "news-unseen"


def test_anyone_who_may_not_do_it_is_told_so_first() -> None:
    assert offered(case(closed_at=NOW), "contact-officer")["rate"].reason == "not-your-role"
    assert offered(case(closed_at=NOW), "social-worker")["rate"].reason == "case-closed"
