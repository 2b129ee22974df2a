"""Values of which every referral makes dozens: told apart by what they hold, and not printed with a child's numbers."""

from dataclasses import replace

from intake_examples import CHILD, FACTS, NHS_NUMBER

from referral_intake.model import Identity


def test_values_are_told_apart_by_what_they_hold() -> None:
    same, other = replace(FACTS), replace(FACTS, wants_help=not FACTS.wants_help)

    assert same == FACTS != other
    assert len({FACTS, same, other}) == 2


def test_what_identifies_a_child_is_not_printed() -> None:
    number = NHS_NUMBER.sent

    assert number not in repr(CHILD)
    assert number not in repr(Identity(number, 0, (number, None, None)))
