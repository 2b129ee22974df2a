"""Goals are judged by the figures of the run's last line."""

from bench.accept.goals import goals
from bench.accept.loads import BRISK, GENTLE, OWN, open_loads


def line(*, ours: float, p99_ms: float, brisk: float | None) -> dict[str, dict[str, dict[str, float]]]:
    figures = {"per_second": ours, "p99_ms": p99_ms}
    return {
        "none": {"32": {"per_second": 6000.0, "p99_ms": 2.0}},
        "two_inserts": {"32": {"per_second": 2000.0, "p99_ms": 10.0, "p99_ms_brisk": 20.0}},
        "orm": {"32": {"per_second": 700.0, "p99_ms": 30.0}},
        "same_work": {"32": {"per_second": 1000.0, "p99_ms": 40.0}},
        "ours": {"32": figures if brisk is None else {**figures, "p99_ms_brisk": brisk}},
    }


def test_all_goals_are_met_when_ours_is_fast_and_no_later_than_the_two_inserts() -> None:
    reached = list(goals(line(ours=3000.0, p99_ms=10.0, brisk=15.0)))

    assert [goal.found for goal in reached] == [3.0, 1.5, 4.286, 0.5, 1.0, 0.75]
    assert all(goal.met for goal in reached)


def test_a_goal_that_is_missed_by_little_is_missed() -> None:
    reached = list(goals(line(ours=2999.0, p99_ms=10.1, brisk=15.0)))

    assert [goal.met for goal in reached] == [False, True, True, False, False, True]


def test_a_rate_that_ours_could_not_be_offered_is_a_missed_goal() -> None:
    *_, brisk = goals(line(ours=3000.0, p99_ms=10.0, brisk=None))

    assert (brisk.found, brisk.met) == (None, False)


def test_every_side_is_offered_a_rate_that_the_slowest_can_bear() -> None:
    able = {"none": 6000.0, "two_inserts": 2000.0, "orm": 700.0, "ours": 3000.0}

    offered = {(load.name, load.side): load.rate for load in open_loads(32, able)}

    assert {offered[GENTLE, side] for side in able} == {420.0}
    assert offered[BRISK, "ours"] == offered[BRISK, "two_inserts"] == 1400.0
    assert offered[OWN, "ours"] == 2100.0


def test_the_peer_of_the_same_work_is_offered_no_more_than_it_can_do_and_makes_it_no_easier_for_others() -> None:
    able = {"none": 6000.0, "two_inserts": 2000.0, "orm": 700.0, "same_work": 300.0, "ours": 3000.0}

    offered = {(load.name, load.side): load.rate for load in open_loads(32, able)}

    assert offered[GENTLE, "ours"] == 420.0
    assert (GENTLE, "same_work") not in offered
    assert offered[OWN, "same_work"] == 210.0


def test_ours_is_not_offered_what_it_cannot_do() -> None:
    able = {"none": 6000.0, "two_inserts": 2000.0, "orm": 400.0, "ours": 1500.0}

    offered = {(load.name, load.side) for load in open_loads(32, able)}

    assert (BRISK, "ours") not in offered
