"""A case outlives its pack: everything that can be done to it goes on when the pack has ended or was replaced."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
import triage_world
from triage_examples import NOW
from triage_steps import NEW_CHILD, closed, decided, handed_over, line, shown
from triage_world import PACKS, POLICE, TEAM, WORDS, World, person, settings

from chassis.ids import RandomIds
from chassis.run.provision import DatabaseUrls
from chassis.run.service import Service
from chassis.testing.clock import SettableClock
from chassis.testing.signer import Signer
from policy import testing
from policy.testing import NEW_ROLE, NEW_TEAM
from triage.main import build

LAST_DAY = date(2026, 11, 30)
LATER = NOW + timedelta(days=13)
"""A Monday morning, a week after the pack's last day."""


@pytest.fixture(params=["ended", "replaced"])
def how(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What became of the pack that cases were opened under."""
    monkeypatch.setitem(triage_world.PEOPLE, "new team", person("new-team", NEW_ROLE, agency=NEW_TEAM))
    return str(request.param)


@pytest.fixture
async def service(
    urls: DatabaseUrls, signer: Signer, clock: SettableClock, tmp_path: Path, how: str
) -> AsyncIterator[Service]:
    folder = testing.WRITERS[how](PACKS, tmp_path, last_day=LAST_DAY)
    configured = settings(urls.app_url).model_copy(update={"partnerships_folder": folder})
    built = build(configured, clock=clock, ids=RandomIds(), verifier=signer.verifier())
    yield built
    await built.close()


def version_of(world: World, at: datetime) -> str:
    return world.dependencies.packs.in_force("wandsworth", at=at).version_id


async def stamped(world: World) -> set[str]:
    """Every policy version on rows and events."""
    rows = await world.rows(
        """SELECT policy_version FROM "case" UNION SELECT policy_version FROM clock
           UNION SELECT policy_version FROM information_request UNION SELECT policy_version FROM question
           UNION SELECT policy_version FROM decision UNION SELECT policy_version FROM handover
           UNION SELECT convert_from(data, 'UTF8')::jsonb->>'policy_version' FROM event
                 WHERE convert_from(data, 'UTF8')::jsonb ? 'policy_version'"""
    )
    return {row.policy_version for row in rows}


async def test_a_case_is_seen_and_rated_by_its_own_clocks(world: World) -> None:
    case = await world.open_case()
    world.clock.set(LATER)

    rated = await world.post(f"{case}/rating", "worker", {"rating": "red"}, version=1)

    assert rated.status_code == 200, rated.text
    assert datetime.fromisoformat(rated.json()["decision_due_at"]) == NOW + timedelta(hours=4)
    assert (await shown(world, case))["rating"] == "red"
    assert (await line(world))["overdue"]
    assert await stamped(world) == {version_of(world, NOW)}


async def test_agencies_are_asked_and_answer(world: World) -> None:
    case = await world.open_case()
    before = await world.ask(case)
    world.clock.set(LATER)

    after = await world.ask(case)

    for request in (before, after):
        assert (await world.get(request, "police", purpose=None)).status_code == 200
        assert (await world.get(request, "worker")).status_code == 200
        answer = await world.post(f"{request}/answer", "police officer", {"answer": "nothing-held"})
        assert answer.status_code == 200, answer.text
    listed = await world.get("/v1/information-requests", "police", purpose=None)
    assert len(listed.json()["requests"]) == 2
    assert {one["agency"] for one in await world.events("information.requested")} == {POLICE}
    assert await stamped(world) == {version_of(world, NOW)}


async def test_the_sender_is_asked_and_its_news_is_taken_in(world: World) -> None:
    case = await world.open_case()
    before = await world.ask_sender(case)
    world.clock.set(LATER)
    after = await world.ask_sender(case)

    for question in (before, after):
        assert (await world.get(question, "school", purpose=None)).status_code == 200
    await world.supplement(answers=UUID(after.rsplit("/", 1)[-1]), supplement_id=UUID(int=71))
    await world.supplement(edition=3, supplement_id=UUID(int=72), **NEW_CHILD)
    await world.withdraw(edition=4)

    assert len((await shown(world, case))["children"]) == 3
    assert len(await world.events("question.answered")) == 1
    assert await stamped(world) == {version_of(world, NOW)}


async def test_children_are_decided_returned_and_handed_over(world: World, how: str) -> None:
    case = await world.open_case()
    turned_down = await world.recommend(case, 1)
    world.clock.set(LATER)
    team, member = (NEW_TEAM, "new team") if how == "replaced" else (TEAM, "team")

    disagreed = await world.post(
        f"{case}/decisions",
        "manager",
        {"recommendation_id": turned_down, "agree": False, "rationale": WORDS},
        version=await world.version(case),
    )
    await decided(world, case, "strategy-discussion")
    handover = await world.offer(case, 1, 2, team=team)
    read = await world.get(handover, member, purpose="child-protection")
    accepted = await world.post(f"{handover}/acceptance", member)

    assert disagreed.status_code == 200, disagreed.text
    assert read.status_code == 200, read.text
    assert accepted.json()["case_closed"], accepted.text
    assert {one["referrer_feedback"] for one in await world.events("case.decided")} == {"being-acted-on"}
    assert await stamped(world) == {version_of(world, NOW)}


async def test_a_handover_that_was_offered_before_is_read_and_accepted(world: World) -> None:
    case = await world.open_case()
    await decided(world, case, "strategy-discussion")
    handover = await world.offer(case, 1, 2)
    world.clock.set(LATER)

    read = [await world.get(handover, who, purpose="child-protection") for who in ("team", "worker")]
    case_read = await world.get(case, "team", purpose="child-protection")
    accepted = await world.post(f"{handover}/acceptance", "team")

    assert [answer.status_code for answer in (*read, case_read, accepted)] == [200] * 4
    assert accepted.json()["case_closed"]


async def test_children_that_were_decided_before_are_offered_to_the_team_they_were_decided_for(world: World) -> None:
    case = await world.open_case()
    await decided(world, case, "strategy-discussion")
    world.clock.set(LATER)

    handover = await world.offer(case, 1, 2)

    assert (await world.post(f"{handover}/acceptance", "team")).status_code == 200


async def test_a_case_is_closed_and_opened_again(world: World) -> None:
    case = await world.open_case()
    await decided(world, case)
    world.clock.set(LATER)

    answer = await world.post(f"{case}/closure", "manager", version=await world.version(case))
    await world.supplement(immediate_danger=True)

    assert answer.status_code == 200, answer.text
    assert len(await world.events("case.reopened")) == 1
    assert (await shown(world, case))["state"] == "decided"
    assert await stamped(world) == {version_of(world, NOW)}


@pytest.mark.parametrize("make", [closed, handed_over])
async def test_a_closed_case_is_read_and_opened_again_by_news(world: World, make: object) -> None:
    case = await make(world)  # type: ignore[operator]
    world.clock.set(LATER)

    await world.supplement(**NEW_CHILD)

    assert (await shown(world, case))["reopened_at"] is not None
    [reopened] = await world.events("case.reopened")
    assert reopened["policy_version"] == version_of(world, NOW)


async def test_every_clock_goes_on_and_sounds(world: World) -> None:
    case = await world.open_case()
    await world.ask(case)
    await world.ask_sender(case)
    running = {clock["name"] for clock in (await shown(world, case))["clocks"]}
    world.clock.set(LATER + timedelta(days=60))

    while await world.sound():
        pass

    breached = await world.events("clock.breached")
    assert {one["clock"] for one in breached} == running
    assert {one["policy_version"] for one in breached} == {version_of(world, NOW)}


async def test_a_receipt_that_is_read_after_the_pack_ended_opens_its_case(world: World) -> None:
    """Accepted in the pack's last minute, read in the first one after it."""
    accepted_at, under = datetime.combine(LAST_DAY, NOW.timetz()), version_of(world, NOW)
    world.clock.set(LATER)

    case = await world.open_case(received_at=accepted_at, policy_version=under)

    assert datetime.fromisoformat((await shown(world, case))["decision_due_at"]) < LATER
    assert await stamped(world) == {under}


async def test_a_receipt_under_a_version_that_is_not_known_here_yet_opens_its_case(world: World) -> None:
    """While services start again one by one, another one may know a newer file."""
    await world.open_case(policy_version="wandsworth-ffffffffffff")

    assert await stamped(world) == {version_of(world, NOW)}


async def test_triage_stays_ready_and_warns(world: World, service: Service, how: str) -> None:
    async def ready() -> httpx2.Response:
        return await world.http.get("/health/ready")

    world.clock.set(NOW - timedelta(days=20))
    early = await ready()
    world.clock.set(LATER)
    late = await ready()

    assert [answer.status_code for answer in (early, late)] == [200, 200]
    assert [bool(answer.json()["warnings"]) for answer in (early, late)] == [how == "ended"] * 2
