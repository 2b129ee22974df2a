"""The whole service: what it serves, what it runs, and how it refuses to start."""

import subprocess
import sys
from collections.abc import Awaitable, Callable

from triage_world import World

from chassis.run import migrate
from chassis.run.provision import DatabaseUrls
from chassis.run.service import Service
from chassis.testing import revisions
from triage.tables import metadata


async def test_every_revision_can_be_taken_back(
    migrated_database: Callable[[str], Awaitable[DatabaseUrls]],
) -> None:
    urls = await migrated_database("triage")

    await revisions.downgrade(urls.owner_url, package="triage")
    await migrate.upgrade(urls.owner_url, package="triage")

    assert await revisions.differences(urls.owner_url, metadata) == []


def test_the_worker_delivers_and_watches_the_clocks(service: Service) -> None:
    assert {"relay", "consumer", "clocks", "standings"} <= set(service.workers)


def test_every_route_is_described_with_its_problems(service: Service) -> None:
    described = service.app.openapi()["paths"]

    for path, verb, statuses in (
        ("/v1/cases/{case_id}/rating", "post", {"200", "409", "412", "428"}),
        ("/v1/cases/{case_id}/information-requests", "post", {"201", "412"}),
        ("/v1/cases/{case_id}/questions", "post", {"201", "409", "412", "428"}),
        ("/v1/questions", "get", {"200", "403"}),
        ("/v1/questions/{question_id}", "get", {"200", "404"}),
        ("/v1/cases/{case_id}/recommendations", "post", {"201", "412"}),
        ("/v1/cases/{case_id}/decisions", "post", {"200", "403", "412"}),
        ("/v1/cases/{case_id}/handovers", "post", {"201", "412"}),
        ("/v1/cases/{case_id}/closure", "post", {"200", "409"}),
        ("/v1/information-requests/{request_id}/answer", "post", {"200", "409"}),
        ("/v1/handovers/{handover_id}/acceptance", "post", {"200", "409"}),
    ):
        assert statuses <= set(described[path][verb]["responses"])


async def test_an_unknown_field_is_named_and_its_value_is_not_repeated(world: World) -> None:
    case = await world.open_case()

    answer = await world.post(f"{case}/rating", "worker", {"rating": "crimson", "colour": "Kayleigh"}, version=1)

    assert answer.status_code == 422
    assert "/rating" in answer.text
    assert "Kayleigh" not in answer.text
    assert "crimson" not in answer.text


async def test_nobody_gets_in_without_a_token(world: World) -> None:
    for path in ("/v1/cases", "/v1/information-requests", "/v1/questions"):
        answer = await world.http.get(path)

        assert answer.status_code == 401


def test_a_missing_setting_stops_the_start_with_one_line() -> None:
    ended = subprocess.run([sys.executable, "-m", "triage", "api"], env={}, capture_output=True, text=True, check=False)

    assert ended.returncode == 78
    assert len(ended.stderr.splitlines()) == 1
    assert "FRONTDOOR_" in ended.stderr


def test_an_unknown_command_says_which_there_are() -> None:
    ended = subprocess.run([sys.executable, "-m", "triage", "dance"], capture_output=True, text=True, check=False)

    assert ended.returncode == 2
    assert "api|worker|migrate" in ended.stderr
