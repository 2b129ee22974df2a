"""Rates count to the moment a stage was done; what is kept stays small; pictures show every line."""

import os
import random
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from bench.year import figures
from bench.year.counts import Reach
from bench.year.kills import Timetable
from bench.year.processes import Use
from bench.year.sampler import OURS, Sample
from bench.year.staff import Budget
from bench.year.svg import Chart

SVG = "{http://www.w3.org/2000/svg}"
NOBODY_BEHIND = {"referral_intake": 0, "triage": 0, "agency_notify": 0, "audit": 0}


def sample(second: float, *, accepted: int = 0, cases: int = 0, behind: int = 0, mebibytes: float = 80.0) -> Sample:
    reach = Reach(cases=cases, notices=0, sent=0, logged=0, unsent=0, behind={**NOBODY_BEHIND, "triage": behind})
    return Sample(second, accepted, reach, {"triage-worker": Use(mebibytes, second / 2)})


def test_a_rate_counts_until_the_stage_was_done_and_not_until_the_end() -> None:
    samples = [
        sample(0),
        sample(10, accepted=100, cases=40),
        sample(25, accepted=100, cases=100),
        sample(60, accepted=100, cases=100),
    ]

    found = figures.stages(samples, {})

    assert found["accepted"] == {"count": 100, "done_after_seconds": 10, "per_second": 10.0}
    assert found["cases opened"] == {"count": 100, "done_after_seconds": 25, "per_second": 4.0}


def test_rows_that_were_undone_do_not_count_when_the_rows_were_counted() -> None:
    samples = [sample(0), sample(10, cases=70), sample(20, cases=120)]

    found = figures.stages(samples, {"cases opened": 100})["cases opened"]

    assert found == {"count": 100, "done_after_seconds": 20, "per_second": 5.0}


def test_what_was_there_before_the_run_does_not_count() -> None:
    samples = [sample(0, cases=500), sample(10, cases=600)]

    assert figures.stages(samples, {})["cases opened"]["count"] == 100


@pytest.mark.parametrize("count", [1, 2, 239, 240, 241, 5_000])
def test_few_points_are_kept_and_the_last_is_one_of_them(count: int) -> None:
    samples = [sample(second) for second in range(count)]

    few = figures.thinned(samples)

    assert len(few) <= figures.POINTS + 1
    assert (few[0], few[-1]) == (samples[0], samples[-1])


def test_memory_that_grows_shows() -> None:
    samples = [sample(second, mebibytes=100 + second) for second in range(90)]

    used = figures.usage(samples)["triage-worker"]

    assert (used["mib_median_of_second_third"], used["mib_median_of_last_third"]) == (144.5, 174.5)
    assert used["share_of_a_core"] == pytest.approx(0.5)


def test_the_cost_of_a_referral_leaves_out_what_the_measurement_itself_took() -> None:
    used = {"triage-worker": Use(80, 6.0), OURS: Use(50, 2.0)}
    samples = [replace(sample(second), used=used) for second in (0, 10)]

    found = figures.cost(samples, 100)

    assert found["cpu_ms_per_referral"] == 60.0
    assert found["cpu_ms_per_referral_of_the_measurement"] == 20.0
    assert found["share_of_all_cores"] == pytest.approx(0.8 / (os.cpu_count() or 1), abs=0.001)


def test_nobody_is_quiet_while_a_reader_is_behind() -> None:
    assert sample(0).reach.is_quiet
    assert not sample(0, behind=1).reach.is_quiet


def test_every_line_is_drawn_within_the_picture_and_named() -> None:
    chance = random.Random(1)
    lines = {f"<{name}>": [(second, chance.uniform(0, 730)) for second in range(400)] for name in "abc"}

    drawn = ElementTree.fromstring(Chart("Behind & ahead", "events", lines, [(30, "triage-worker killed")]).svg())

    assert len(drawn.findall(f"{SVG}polyline")) == 3
    assert {"<a>", "<b>", "<c>"} <= {text.text for text in drawn.findall(f"{SVG}text")}
    for line in drawn.findall(f"{SVG}polyline"):
        places = [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
        assert all(70 <= x <= 630 and 40 <= y <= 375 for x, y in places)


def test_a_picture_of_nothing_is_one() -> None:
    assert ElementTree.fromstring(Chart("Nothing", "events", {"nothing": []}).svg()).tag == f"{SVG}svg"


def test_a_short_run_has_its_kills_spread_over_it() -> None:
    timetable = Timetable(referrals=900, at_least=2)

    assert not timetable.due(kills=0, since_last=5, accepted=299)
    assert timetable.due(kills=0, since_last=5, accepted=300)
    assert not timetable.due(kills=1, since_last=5, accepted=599)
    assert not timetable.due(kills=2, since_last=5, accepted=900)


def test_a_long_run_has_one_every_two_minutes() -> None:
    assert Timetable(referrals=633_000, at_least=2).due(kills=7, since_last=120, accepted=10)


def test_staff_begin_one_case_in_fifty() -> None:
    accepted: list[int] = []
    budget = Budget(0.02, lambda: len(accepted))
    begun = []
    for number in range(1, 201):
        accepted.append(number)
        begun += [number] if budget.take() else []

    assert begun == [50, 100, 150, 200]
