"""A team returns a handover: the children are triage's again, with a clock, and go on to a team or another decision."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
from triage_steps import decided, line, shown
from triage_world import ADDRESS, PACKS, TEAM, WORDS, World, settings

from chassis.ids import RandomIds
from chassis.run.provision import DatabaseUrls
from chassis.testing.clock import SettableClock
from chassis.testing.signer import Signer
from triage.main import build

BACK: dict[str, str] = {"reason": "information-missing", "note": WORDS}
EARLY_HELP, NEW_TEAM = "wandsworth-early-help", "wandsworth-protection"


async def offered(world: World) -> tuple[str, str]:
    """A case whose children were offered to the child protection team; its path and the handover's."""
    case = await world.open_case()
    await decided(world, case, "strategy-discussion")
    return case, await world.offer(case, 1, 2)


async def offer(world: World, case: str, team: str, *, who: str = "manager") -> Any:
    body = {"team": team, "child_ids": [str(UUID(int=1001)), str(UUID(int=1002))], "summary": WORDS}
    return await world.post(f"{case}/handovers", who, body, version=await world.version(case))


def slug(answer: Any) -> str:
    return str(answer.json()["type"].rsplit("/", 1)[-1])


async def test_a_returned_handover_is_shown_with_its_reason_and_the_hub_can_be_notified(world: World) -> None:
    case, handover = await offered(world)
    world.clock.advance(timedelta(hours=2))

    answer = await world.post(f"{handover}/return", "team", BACK)

    [event], page = await world.events("handover.returned"), await shown(world, case)
    assert (answer.status_code, answer.json()["returned_at"]) == (200, "2026-11-24T12:00:00Z")
    assert (event["team"], event["reason"], event["returned_by"]) == (TEAM, "information-missing", "team")
    assert (event["due_at"], event["detail_url"]) == ("2026-11-25T17:00:00Z", f"https://triage.example.org{handover}")
    [shown_back] = page["handovers"]
    assert (shown_back["state"], shown_back["return_reason"]) == ("returned", "information-missing")
    assert (shown_back["return_note"], shown_back["overdue"]) == (WORDS, False)
    assert [(one["what"], one["handover_id"]) for one in page["news"]] == [
        ("handover-returned", handover.rsplit("/", 1)[-1])
    ]


async def test_the_case_waits_in_the_queue_with_a_clock_of_its_own_and_the_teams_clock_stops(world: World) -> None:
    case, handover = await offered(world)
    await world.post(f"{handover}/return", "team", BACK)

    queued = await line(world)
    clocks = (await shown(world, case))["clocks"]

    assert (queued["state"], queued["handovers_outstanding"], queued["due_at"]) == (
        "handing-over", 2, "2026-11-25T17:00:00Z",
    )  # fmt: skip
    assert [one["code"] for one in queued["unseen_news"]] == ["handover-returned"]
    running = sorted(one["name"] for one in clocks if one["stopped_at"] is None)
    stopped = sorted(one["name"] for one in clocks if one["stopped_at"] is not None)
    assert running == ["handover-offer", "rating"]
    assert stopped == ["decision", "handover-child-protection", "handover-offer"]


async def test_when_nobody_offers_it_again_people_are_notified(world: World) -> None:
    case, handover = await offered(world)
    await world.post(f"{handover}/return", "team", BACK)

    world.clock.advance(timedelta(days=3))
    await world.sound()

    breached = [event for event in await world.events("clock.breached") if event["clock"] == "handover-offer"]
    assert [(event["tell"], event["detail_url"]) for event in breached] == [
        (["mash-manager", "head-of-service"], f"https://triage.example.org{case}")
    ]


async def test_it_is_offered_again_to_the_same_team_accepted_and_closed(world: World) -> None:
    case, handover = await offered(world)
    await world.post(f"{handover}/return", "team", BACK)
    blind = await offer(world, case, TEAM, who="worker")
    await shown(world, case)

    accepted = await world.post(f"{await world.offer(case, 1, 2)}/acceptance", "team")

    assert (blind.status_code, slug(blind)) == (409, "news-unseen")
    assert accepted.json()["case_closed"]
    assert sorted(one["state"] for one in (await shown(world, case))["handovers"]) == ["accepted", "returned"]


async def test_somebody_who_may_authorise_the_outcome_offers_it_to_another_team(world: World) -> None:
    case, handover = await offered(world)
    too_early = await offer(world, case, EARLY_HELP)
    await world.post(f"{handover}/return", "team", {"reason": "another-team", "note": WORDS})
    await shown(world, case)
    by_worker, by_manager = await offer(world, case, EARLY_HELP, who="worker"), await offer(world, case, EARLY_HELP)

    accepted = await world.post(f"{by_manager.headers['Location']}/acceptance", "early help")

    assert [(answer.status_code, slug(answer)) for answer in (too_early, by_worker)] == [(422, "not-for-this-team")] * 2
    assert (by_manager.status_code, accepted.json()["case_closed"]) == (201, True)


async def test_a_child_is_decided_again_because_its_team_returned_it(world: World) -> None:
    case, handover = await offered(world)
    await world.post(f"{handover}/return", "team", {"reason": "threshold-not-met", "note": WORDS})
    await shown(world, case)

    for child in (1, 2):
        await world.decide(case, child, "no-further-action", supersedes_reason="handover-returned")

    page = await shown(world, case)
    assert (page["state"], [one["supersedes_reason"] for one in page["decisions"][2:]]) == (
        "decided", ["handover-returned"] * 2,
    )  # fmt: skip
    assert [one["name"] for one in page["clocks"] if one["stopped_at"] is None] == ["rating"]


@pytest.mark.parametrize("act", ["acceptance", "return"])
async def test_a_handover_ends_once(world: World, act: str) -> None:
    _, handover = await offered(world)
    body = BACK if act == "return" else None
    await world.post(f"{handover}/{act}", "team", body)

    accepted, returned = (
        await world.post(f"{handover}/acceptance", "team"),
        await world.post(f"{handover}/return", "team", BACK),
    )

    expected = {"acceptance": "already-accepted", "return": "already-returned"}[act]
    assert [(answer.status_code, slug(answer)) for answer in (accepted, returned)] == [(409, expected)] * 2


async def test_accepting_and_returning_at_once_is_one_of_both(world: World) -> None:
    _, handover = await offered(world)

    answers = await asyncio.gather(
        *(world.post(f"{handover}/acceptance", "team") for _ in range(3)),
        *(world.post(f"{handover}/return", "team", BACK) for _ in range(3)),
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
    ends = [*await world.events("handover.accepted"), *await world.events("handover.returned")]
    assert len(ends) == 1


async def test_only_a_member_of_the_team_returns_it(world: World) -> None:
    _, handover = await offered(world)

    for who in ("worker", "manager", "early help", "police", "school", "strange team", "stranger"):
        answer = await world.post(f"{handover}/return", who, BACK)

        assert answer.status_code == 404, who
    assert len(await world.events("access.denied")) == 7


# -- taking an offer back -------------------------------------------------------------------------------------------


async def test_triage_takes_an_offer_back_and_offers_it_again(world: World) -> None:
    case, handover = await offered(world)

    answer = await world.post(f"{case}{handover[3:]}/withdrawal", "worker", version=await world.version(case))

    late, [event] = await world.post(f"{handover}/return", "team", BACK), await world.events("handover.withdrawn")
    assert (answer.status_code, slug(late)) == (200, "offer-withdrawn")
    assert (event["reason"], event["withdrawn_by"], event["team"]) == ("taken-back", "worker", TEAM)
    assert (await line(world))["due_at"] == "2026-11-25T17:00:00Z"
    assert (await offer(world, case, TEAM, who="worker")).status_code == 201


async def test_who_takes_back_what(world: World) -> None:
    case, handover = await offered(world)
    path, version = f"{case}{handover[3:]}/withdrawal", await world.version(case)

    codes = {
        who: (await world.post(path, who, version=version)).status_code
        for who in ("officer", "team", "police", "stranger", "worker")
    }
    elsewhere = await world.post(f"{case}/handovers/{UUID(int=404)}/withdrawal", "worker", version=version + 1)

    assert codes == {"officer": 403, "team": 404, "police": 404, "stranger": 404, "worker": 200}
    assert elsewhere.status_code == 404


# -- a team that the pack no longer names ---------------------------------------------------------------------------


@pytest.fixture
async def later(
    world: World, urls: DatabaseUrls, signer: Signer, clock: SettableClock, tmp_path: Path
) -> AsyncIterator[World]:
    """The same cases under a pack that has another child protection team in place of the one that there was."""
    for pack in PACKS.glob("*.yaml"):
        (tmp_path / pack.name).write_text(pack.read_text("utf-8").replace(TEAM, NEW_TEAM), "utf-8")
    changed = settings(urls.app_url).model_copy(update={"partnerships_folder": tmp_path})
    service = build(changed, clock=clock, ids=RandomIds(), verifier=signer.verifier())
    transport = httpx2.ASGITransport(app=service.app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS, timeout=60) as http:
        yield World(http, signer, world.db, service.app.state.dependencies, clock)
    await service.close()


@pytest.mark.parametrize("act", ["acceptance", "return"])
async def test_a_team_that_the_pack_no_longer_names_reads_and_accepts_or_returns_what_it_was_offered(
    world: World, later: World, act: str
) -> None:
    case, handover = await offered(world)

    read = await later.get(handover, "team", purpose="child-protection")
    answer = await later.post(f"{handover}/{act}", "team", BACK if act == "return" else None)

    assert (read.status_code, answer.status_code) == (200, 200)
    assert (await shown(later, case))["handovers"][0]["state"] == {"acceptance": "accepted", "return": "returned"}[act]


async def test_children_of_a_team_that_is_gone_are_taken_back_and_offered_to_another(
    world: World, later: World
) -> None:
    case, handover = await offered(world)
    await later.post(f"{case}{handover[3:]}/withdrawal", "worker", version=await world.version(case))

    gone, by_worker = await offer(later, case, TEAM), await offer(later, case, NEW_TEAM, who="worker")
    by_manager = await offer(later, case, NEW_TEAM)

    assert (slug(gone), slug(by_worker), by_manager.status_code) == ("no-such-team", "not-for-this-team", 201)
