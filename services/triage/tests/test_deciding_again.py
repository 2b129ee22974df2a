"""News about a decided child: a person recommends again, another authorises, and the later decision supersedes."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine
from triage_steps import closed, decided, handed_over, line, shown
from triage_world import TEAM, WORDS, World

NEWS: dict[str, Any] = {"supersedes_reason": "news-from-sender"}
MISTAKE: dict[str, Any] = {"supersedes_reason": "mistake-found"}


async def reported(world: World, case: str) -> None:
    """The sender says that a child is in danger now, and somebody of triage looks."""
    await world.supplement(immediate_danger=True, edition=await edition(world))
    await shown(world, case)


async def edition(world: World) -> int:
    [row] = await world.rows("SELECT coalesce(max(edition), 1) + 1 AS next FROM news")
    return int(row.next)


def of_child(case: dict[str, Any], child: int) -> list[dict[str, Any]]:
    """All decisions for a child, oldest first."""
    return [one for one in case["decisions"] if one["child_id"] == str(UUID(int=1000 + child))]


async def running(world: World, case: str) -> list[str]:
    return sorted(clock["name"] for clock in (await shown(world, case))["clocks"] if clock["stopped_at"] is None)


async def test_a_case_that_danger_opened_again_is_decided_again_and_both_decisions_are_kept(world: World) -> None:
    case = await closed(world)
    world.clock.advance(timedelta(days=3))
    await reported(world, case)

    answer = await world.decide(case, 1, "strategy-discussion", **NEWS)

    earlier, later = of_child(await shown(world, case), 1)
    assert (later["decision_id"], later["supersedes"]) == (answer.json()["decision_id"], earlier["decision_id"])
    assert (later["supersedes_reason"], later["superseded_by"]) == ("news-from-sender", None)
    assert (earlier["superseded_by"], earlier["outcome"]) == (later["decision_id"], "no-further-action")
    assert (earlier["stale"], later["stale"]) == (True, False)
    [*_, event] = await world.events("case.decided")
    assert (event["supersedes"], event["supersedes_reason"]) == (earlier["decision_id"], "news-from-sender")
    assert (event["referrer_feedback"], event["all_children_decided"]) == ("being-acted-on", True)
    assert answer.json()["supersedes"] == earlier["decision_id"]


async def test_the_child_is_then_handed_over_and_the_case_closes_by_itself(world: World) -> None:
    case = await closed(world)
    await reported(world, case)
    await world.decide(case, 1, "strategy-discussion", **NEWS)
    early = await world.post(f"{case}/closure", "manager", version=await world.version(case))

    accepted = await world.post(f"{await world.offer(case, 1)}/acceptance", "team")

    assert (early.status_code, early.json()["type"].rsplit("/", 1)[-1]) == (409, "handover-outstanding")
    assert accepted.json()["case_closed"]
    end = await shown(world, case)
    assert (end["state"], end["closed_reason"]) == ("closed", "handed-over")
    assert [clock["stopped_at"] is None for clock in end["clocks"]] == [False] * len(end["clocks"])


async def test_queue_and_case_show_what_is_stale_and_what_is_decided_again(world: World) -> None:
    case = await closed(world)
    await world.supplement()
    stale = await line(world)
    await shown(world, case)
    world.clock.advance(timedelta(minutes=5))
    await world.recommend(case, 1, "assessment", **NEWS)
    again, page = await line(world), await shown(world, case)

    assert (stale["children_stale"], stale["children_deciding_again"], stale["state"]) == (2, 0, "decided")
    assert (again["children_stale"], again["children_deciding_again"], again["state"]) == (2, 1, "new")
    assert [(one["decision_stale"], one["deciding_again"]) for one in page["children"]] == [(True, True), (True, False)]
    [waiting] = [one for one in page["recommendations"] if one["settled"] is None]
    assert waiting["supersedes"] == of_child(page, 1)[0]["decision_id"]


async def test_without_a_reason_and_for_one_that_has_not_happened_it_is_refused(world: World) -> None:
    case = await world.open_case()
    await decided(world, case)
    body = {"child_id": str(UUID(int=1001)), "outcome": "assessment", "level": "3", "rationale": WORDS}

    without = await world.post(f"{case}/recommendations", "worker", body, version=await world.version(case))
    untrue = await world.post(f"{case}/recommendations", "worker", body | NEWS, version=await world.version(case))
    mistake = await world.post(f"{case}/recommendations", "worker", body | MISTAKE, version=await world.version(case))

    assert [answer.status_code for answer in (without, untrue, mistake)] == [409, 422, 201]
    assert without.json()["type"].endswith("/already-decided")
    assert "supersedes_reason" in without.json()["title"]
    assert untrue.json()["errors"][0]["pointer"] == "/supersedes_reason"


async def test_anyone_who_recommends_again_does_not_authorise_it(world: World) -> None:
    case = await world.open_case()
    await decided(world, case)
    recommendation_id = await world.recommend(case, 1, "assessment", **MISTAKE)
    body = {"recommendation_id": recommendation_id, "agree": True, "rationale": WORDS}

    own = await world.post(f"{case}/decisions", "worker", body, version=await world.version(case))

    assert own.json()["type"].endswith("/same-person")


async def test_a_superseding_recommendation_runs_a_decision_clock_until_it_is_authorised(world: World) -> None:
    case = await world.open_case()
    await decided(world, case)
    before = await running(world, case)
    await world.recommend(case, 1, "assessment", **MISTAKE)
    meanwhile = await running(world, case)
    await world.decide(case, 1, "no-further-action", **MISTAKE)

    assert [names.count("decision") for names in (before, meanwhile, await running(world, case))] == [0, 1, 0]


async def test_turning_it_down_leaves_the_earlier_decision_and_the_clock_of_the_news(world: World) -> None:
    case = await closed(world)
    await reported(world, case)
    recommendation_id = await world.recommend(case, 1, "assessment", **NEWS)
    body = {"recommendation_id": recommendation_id, "agree": False, "rationale": "Not for that."}

    answer = await world.post(f"{case}/decisions", "manager", body, version=await world.version(case))

    page = await shown(world, case)
    assert (answer.json()["agreed"], len(of_child(page, 1)), page["state"]) == (False, 1, "decided")
    assert "decision" in await running(world, case)
    assert (await world.decide(case, 1, "strategy-discussion", **NEWS)).json()["agreed"]


async def test_a_decision_is_superseded_twice_and_the_chain_is_whole(world: World) -> None:
    case = await world.open_case()
    await decided(world, case)
    await world.decide(case, 1, "assessment", **MISTAKE)
    await reported(world, case)
    await world.decide(case, 1, "strategy-discussion", **NEWS)

    first, second, third = of_child(await shown(world, case), 1)
    assert [one["supersedes"] for one in (first, second, third)] == [None, first["decision_id"], second["decision_id"]]
    assert (third["superseded_by"], third["outcome"]) == (None, "strategy-discussion")


async def test_the_referral_taken_back_in_between_is_news_that_the_authoriser_has_to_see(world: World) -> None:
    case = await closed(world)
    await reported(world, case)
    recommendation_id = await world.recommend(case, 1, "strategy-discussion", **NEWS)
    seen = await world.version(case)
    body = {"recommendation_id": recommendation_id, "agree": True, "rationale": WORDS}
    await world.withdraw(edition=3)

    stale = await world.post(f"{case}/decisions", "manager", body, version=seen)
    fresh = await world.post(f"{case}/decisions", "manager", body, version=(await shown(world, case))["version"])

    assert (stale.status_code, fresh.status_code) == (412, 200)
    assert of_child(await shown(world, case), 1)[-1]["outcome"] == "strategy-discussion"


async def test_a_handover_closes_no_case_over_a_child_that_is_decided_again(world: World) -> None:
    case = await world.open_case()
    await decided(world, case, "strategy-discussion")
    handover = await world.offer(case, 1)
    await world.post(f"{await world.offer(case, 2)}/acceptance", "team")
    await world.recommend(case, 2, "assessment", **MISTAKE)

    accepted = await world.post(f"{handover}/acceptance", "team")

    closing = await world.post(f"{case}/closure", "manager", version=await world.version(case))
    assert not accepted.json()["case_closed"]
    assert closing.json()["type"].endswith("/recommendation-open")


async def test_an_offer_of_what_is_decided_again_is_withdrawn_and_its_clock_stops(world: World) -> None:
    case = await world.open_case()
    await decided(world, case, "strategy-discussion")
    handover = await world.offer(case, 1, 2)

    await world.decide(case, 1, "no-further-action", **MISTAKE)

    late = await world.post(f"{handover}/acceptance", "team")
    page, [withdrawn] = await shown(world, case), await world.events("handover.withdrawn")
    assert late.json()["type"].endswith("/offer-withdrawn")
    assert (page["handovers"][0]["state"], page["handovers"][0]["withdrawal_reason"]) == ("withdrawn", "decided-again")
    assert (withdrawn["team"], withdrawn["detail_url"]) == (TEAM, f"https://triage.example.org{handover}")
    assert await running(world, case) == ["handover-offer", "rating"]
    assert (await line(world))["handovers_outstanding"] == 1
    await world.post(f"{await world.offer(case, 2)}/acceptance", "team")
    assert (await shown(world, case))["closed_reason"] == "handed-over"


async def test_a_team_that_accepted_hears_of_the_later_decision_and_reads_it(world: World) -> None:
    case = await handed_over(world)
    handover = (await shown(world, case))["handovers"][0]
    await reported(world, case)

    await world.decide(case, 1, "assessment", **NEWS)

    [superseded] = await world.events("handover.superseded")
    assert (superseded["handover_id"], superseded["team"]) == (handover["handover_id"], TEAM)
    assert superseded["child_id"] == str(UUID(int=1001))
    read = await world.get(f"/v1/handovers/{handover['handover_id']}", "team", purpose="child-protection")
    first, second = read.json()["children"]
    assert (read.json()["state"], first["outcome"]) == ("accepted", "strategy-discussion")
    assert (first["decided_again"]["outcome"], second["decided_again"]) == ("assessment", None)
    assert (await shown(world, case))["state"] == "handing-over"


async def test_the_same_team_accepts_again_what_was_decided_again_for_it(world: World) -> None:
    case = await handed_over(world)
    await reported(world, case)
    await world.decide(case, 1, "strategy-discussion", **NEWS)
    early = await world.post(f"{case}/closure", "manager", version=await world.version(case))

    accepted = await world.post(f"{await world.offer(case, 1)}/acceptance", "team")

    assert early.status_code == 409
    assert accepted.json()["case_closed"]


# -- at once --------------------------------------------------------------------------------------------------------


async def test_of_two_people_who_authorise_at_once_one_decides(world: World) -> None:
    case = await closed(world)
    await reported(world, case)
    recommendation_id = await world.recommend(case, 1, "assessment", **NEWS)
    body = {"recommendation_id": recommendation_id, "agree": True, "rationale": WORDS}
    version = await world.version(case)

    answers = await asyncio.gather(
        *(world.post(f"{case}/decisions", "manager", body, version=version) for _ in range(4))
    )
    again = await world.post(f"{case}/decisions", "manager", body, version=await world.version(case))

    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    assert again.json()["type"].endswith("/recommendation-settled")
    assert len(of_child(await shown(world, case), 1)) == 2


@pytest.mark.parametrize("attempt", range(4))
async def test_deciding_again_while_the_team_accepts_leaves_no_accepted_offer_of_what_no_longer_stands(
    world: World, attempt: int
) -> None:
    case = await world.open_case()
    await decided(world, case, "strategy-discussion")
    handover = await world.offer(case, 1, 2)
    recommendation_id = await world.recommend(case, 1, "no-further-action", **MISTAKE)
    body = {"recommendation_id": recommendation_id, "agree": True, "rationale": WORDS}
    version = await world.version(case)

    authorised, accepted = await asyncio.gather(
        world.post(f"{case}/decisions", "manager", body, version=version), world.post(f"{handover}/acceptance", "team")
    )

    [state] = [one["state"] for one in (await shown(world, case))["handovers"]]
    assert (authorised.status_code, accepted.status_code, state) in ((200, 409, "withdrawn"), (412, 200, "accepted"))


# -- the database holds it by itself --------------------------------------------------------------------------------

_COPY = """INSERT INTO decision SELECT gen_random_uuid(), case_id, {child}, {recommendation}, outcome, level, team,
    rationale, authorised_by, decided_at, policy_version, version, {supersedes}, {reason} FROM decision d"""


@pytest.mark.parametrize(
    ("child", "supersedes", "reason"),
    [
        ("child_id", "NULL", "NULL"),
        ("child_id", "d.supersedes", "'mistake-found'"),
        ("child_id", "decision_id", "NULL"),
        ("(SELECT child_id FROM child c WHERE c.child_id <> d.child_id)", "decision_id", "'mistake-found'"),
    ],
    ids=["a second first one", "a second successor", "no reason", "another child's"],
)
async def test_the_database_refuses_a_decision_that_breaks_the_chain(
    world: World, owner: AsyncEngine, child: str, supersedes: str, reason: str
) -> None:
    case = await world.open_case()
    await world.decide(case, 1, "no-further-action")
    await world.decide(case, 1, "assessment", **MISTAKE)
    spare = await world.recommend(case, 2)
    insert = _COPY.format(child=child, recommendation=f"'{spare}'::uuid", supersedes=supersedes, reason=reason)

    with pytest.raises(IntegrityError):
        async with owner.begin() as tx:
            await tx.execute(text(insert + " WHERE d.supersedes IS NOT NULL"))
