"""The ladder: where a climb begins, which stage follows, and that it always reaches the last one and stays there."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agency_notify.escalation import ladder
from agency_notify.escalation.model import Stage

NAMED = "mash-manager"
LADDER = (
    Stage(1, "social-worker"),
    Stage(2, "line-manager"),
    Stage(3, NAMED),
    Stage(4, "head-of-service"),
    Stage(5, "safeguarding-partner"),
)
_ROLES = st.sampled_from([stage.role for stage in LADDER] + ["early-help-lead", "nobody-has-this"])


@st.composite
def ladders(draw: st.DrawFn) -> Sequence[Stage]:
    """Any ladder, with gaps in its numbers and roles that stand on it twice; perhaps none."""
    numbers = draw(st.lists(st.integers(1, 12), unique=True, max_size=6).map(sorted))
    return tuple(Stage(number, draw(_ROLES)) for number in numbers)


@pytest.mark.parametrize(
    ("meant", "first"),
    [
        ((), Stage(3, NAMED)),
        (("social-worker",), Stage(2, "line-manager")),
        (("mash-manager", "head-of-service"), Stage(4, "head-of-service")),
        (("head-of-service", "mash-manager"), Stage(4, "head-of-service")),
        (("safeguarding-partner",), Stage(5, "safeguarding-partner")),
        (("early-help-lead",), Stage(3, NAMED)),
    ],
)
def test_a_climb_begins_with_the_named_role_or_above_the_one_who_did_not_open_it(
    meant: tuple[str, ...], first: Stage
) -> None:
    assert ladder.first(LADDER, NAMED, meant=meant) == first


def test_a_named_role_beside_the_ladder_is_notified_first_and_the_lowest_stage_after_it() -> None:
    first = ladder.first(LADDER, "early-help-lead", meant=())

    assert first == Stage(0, "early-help-lead")
    assert ladder.after(LADDER, "early-help-lead", number=first.number) == LADDER[0]


def test_without_a_ladder_the_named_role_is_notified_again_and_again() -> None:
    first = ladder.first((), NAMED, meant=())

    assert first == Stage(0, NAMED) == ladder.after((), NAMED, number=0)
    assert ladder.is_last((), first)


@pytest.mark.parametrize(
    ("changed", "number", "expected"),
    [
        (LADDER[:3], 4, Stage(3, NAMED)),
        (LADDER[:3], 2, Stage(3, NAMED)),
        ((*LADDER, Stage(6, "chief-executive")), 5, Stage(6, "chief-executive")),
        (LADDER[3:], 2, Stage(4, "head-of-service")),
        ((), 4, Stage(0, NAMED)),
    ],
)
def test_a_pack_that_changes_in_between_never_sends_a_climb_back_to_the_start(
    changed: Sequence[Stage], number: int, expected: Stage
) -> None:
    assert ladder.after(changed, NAMED, number=number) == expected


@given(ladders(), _ROLES, st.lists(_ROLES, max_size=3))
def test_every_climb_rises_until_the_last_stage_and_stays_there(
    stages: Sequence[Stage], named: str, meant: list[str]
) -> None:
    stage = ladder.first(stages, named, meant=meant)
    climbed = [stage]

    for _ in range(len(stages) + 2):
        stage = ladder.after(stages, named, number=stage.number)
        climbed.append(stage)

    numbers = [each.number for each in climbed]
    rises = [after > before for before, after in pairwise(numbers)]
    assert rises == sorted(rises, reverse=True)  # first only rises, then only stays
    assert ladder.is_last(stages, climbed[-1])
    assert climbed[-1] == climbed[-2]


@given(st.lists(ladders(), min_size=2, max_size=8), _ROLES)
def test_whatever_the_pack_becomes_there_is_always_somebody_to_notify_and_never_one_below_without_need(
    packs: list[Sequence[Stage]], named: str
) -> None:
    stage = ladder.first(packs[0], named, meant=())

    for stages in packs[1:]:
        following = ladder.after(stages, named, number=stage.number)
        assert following in (stages or (Stage(0, named),))
        if following.number <= stage.number:
            assert ladder.is_last(stages, following)
        stage = following
