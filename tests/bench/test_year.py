"""A small year through the real stack: a process is killed on the way, staff work, and nothing is lost, doubled or
reordered."""

import asyncio
import json

import pytest

from bench.year.measuring import Outcome, Wanted
from bench.year.pictures import draw
from bench.year.scenario import year

REFERRALS = 150


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    outcome, _ = asyncio.run(year(Wanted(REFERRALS, seed=20261130, kills=1, rest_seconds=1.0)))
    return outcome


@pytest.mark.timeout(600)
def test_nothing_is_lost_doubled_or_reordered_and_everything_settles(outcome: Outcome) -> None:
    assert outcome.violations == []
    assert outcome.settled
    assert len(outcome.acknowledged.answers) == REFERRALS
    assert outcome.acknowledged.refused == []
    assert outcome.acknowledged.added


def test_a_process_was_killed_and_started_again(outcome: Outcome) -> None:
    ((_, name),) = outcome.struck

    assert outcome.restarts[name] >= 1


def test_staff_worked_one_case_in_fifty_to_its_end(outcome: Outcome) -> None:
    assert outcome.worked.left == []
    assert outcome.worked.closed == REFERRALS // 50
    assert outcome.worked.moves["rating"] == outcome.worked.moves["information-requests"] == REFERRALS // 50


def test_every_stage_was_seen_to_its_end(outcome: Outcome) -> None:
    found = outcome.summary()["stages"]

    assert found["accepted"]["count"] == REFERRALS
    assert found["cases opened"]["count"] == REFERRALS
    assert found["notices queued"]["count"] >= REFERRALS
    assert found["deliveries attempted"]["count"] > 0
    assert found["events logged"]["count"] > 3 * REFERRALS
    assert outcome.samples[-1].reach.is_quiet


def test_two_workers_of_each_service_were_measured(outcome: Outcome) -> None:
    used = outcome.summary()["processes"]

    assert {"triage-api", "triage-worker", "triage-worker-2", "postgres", "kafka"} <= used.keys()
    assert used["triage-worker-2"]["mib_most"] > 10
    assert used["postgres"]["cpu_seconds"] > 0
    assert outcome.at_rest["triage-worker-2"] >= 0


def test_the_result_is_small_and_its_pictures_are_drawn(outcome: Outcome) -> None:
    assert len(json.dumps(outcome.summary(), indent=2)) < 200_000
    assert draw(outcome).keys() == {"lag", "progress", "memory"}
