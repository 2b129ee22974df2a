"""The plan: the same seed the same campaign, and everybody gets their share."""

from collections import Counter

import pytest

from tests.chaos.nemesis import TARGETS, plan


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_every_target_is_killed_twice_and_paused_once(at_once: int) -> None:
    faults = [fault for step in plan(5, at_once=at_once) for fault in step]

    counted = Counter((fault.target, fault.kind) for fault in faults)

    assert counted == Counter(
        {(target, "kill"): 2 for target in TARGETS} | {(target, "pause"): 1 for target in TARGETS}
    )


def test_no_step_strikes_one_target_twice() -> None:
    for seed in range(50):
        for step in plan(seed, at_once=3):
            assert len({fault.target for fault in step}) == len(step)


def test_a_seed_is_a_campaign() -> None:
    assert plan(7) == plan(7)
    assert plan(7) != plan(8)
