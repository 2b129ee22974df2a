"""The controls' own judgement, and that planting leaves nothing behind. The controls themselves are run by hand."""

import pytest

from chassis.delivery import applying, attempts, relay, requests
from chassis.delivery.versions import Versions
from local_stack.stack import Stack
from referral_intake.accepting.handlers import Accepting
from tests.chaos import planted
from tests.chaos.controls import CONTROLS, Control, Expected, Result, table, verdict
from tests.chaos.planted import Bug, plant
from tests.chaos.rig import Finding

CLEAN, WRONG = Finding([]), Finding(["acknowledged but lost: 3, such as a, b, c"])


async def nothing(_stack: Stack, _bug: Bug | None) -> Finding:
    return CLEAN


def result(expected: Expected, *, without: Finding, with_bug: Finding) -> Result:
    control = Control(Bug.WATERMARK_RELAY, "any", nothing, frozenset(), expected)
    return Result(control, without, with_bug)


CAUGHT = result(Expected.CAUGHT, without=CLEAN, with_bug=WRONG)
MISSED = result(Expected.CAUGHT, without=CLEAN, with_bug=CLEAN)
FALSE_ALARM = result(Expected.CAUGHT, without=WRONG, with_bug=WRONG)
WALL_HELD = result(Expected.SECOND_WALL, without=CLEAN, with_bug=CLEAN)
WALL_FELL = result(Expected.SECOND_WALL, without=CLEAN, with_bug=WRONG)


def replaceable() -> tuple[object, ...]:
    return (
        Accepting._commit,
        relay._UNPUBLISHED,
        applying._fence,
        vars(attempts)["apply"],
        requests.choose,
        Versions.give_up,
    )


def test_the_command_succeeds_only_when_every_bug_led_to_what_it_must() -> None:
    assert verdict([CAUGHT, WALL_HELD]) == 0


@pytest.mark.parametrize("spoiled", [MISSED, FALSE_ALARM, WALL_FELL])
def test_one_result_that_is_not_as_it_must_be_fails_the_command(spoiled: Result) -> None:
    assert verdict([CAUGHT, spoiled, WALL_HELD]) == 1


def test_a_command_that_tried_nothing_fails() -> None:
    assert verdict([]) == 1


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (CAUGHT, "acknowledged but lost"),
        (MISSED, "NOT CAUGHT"),
        (FALSE_ALARM, "FALSE ALARM: acknowledged but lost"),
        (WALL_HELD, "second wall held"),
        (WALL_FELL, "SECOND WALL FELL"),
    ],
)
def test_the_table_says_what_became_of_a_bug(shown: Result, words: str) -> None:
    line = table([shown]).splitlines()[1]

    assert words in line
    assert "such as" not in line


@pytest.mark.parametrize("bug", Bug)
def test_every_bug_has_a_situation_in_which_it_must_be_caught(bug: Bug) -> None:
    assert any(control.bug is bug and control.expected is Expected.CAUGHT for control in CONTROLS)


@pytest.mark.parametrize("bug", Bug)
def test_a_planted_bug_is_in_the_code_and_gone_afterwards(bug: Bug) -> None:
    healthy = replaceable()

    with plant(bug):
        sick = replaceable()

    assert sick != healthy
    assert replaceable() == healthy


def test_nothing_is_changed_when_no_bug_is_named() -> None:
    healthy = replaceable()

    with plant(None):
        assert replaceable() == healthy


def test_a_service_is_not_started_with_a_bug_nobody_knows() -> None:
    with pytest.raises(ValueError, match="no-such-bug"):
        planted.run(["no-such-bug", "referral_intake", "api"])
