"""References: read out over the telephone, typed wrongly, found or refused."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.clock import SystemClock
from chassis.ids import ALPHABET, AT_A_TIME, RandomIds, derived, find_reference, new_salts, reference
from chassis.testing import SequentialIds, SettableClock

numbers = st.integers(min_value=0, max_value=2**35 - 1)


@given(numbers)
def test_a_reference_is_found_as_it_was_minted(number: int) -> None:
    minted = reference("WAN", number)

    assert find_reference(minted) == minted


@given(numbers, st.sampled_from([4, 5, 6, 7, 9, 10, 11, 12]), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(number: int, place: int, wrong: str) -> None:
    minted = reference("WAN", number)
    typed = minted[:place] + wrong + minted[place + 1 :]

    assert find_reference(typed) == (minted if typed == minted else None)


def test_misread_letters_case_and_spaces_are_put_right() -> None:
    minted = reference("WAN", 0)

    assert minted == "WAN-0000-0000"
    assert find_reference(" wan-oooo ooOO ") == minted


@pytest.mark.parametrize(
    "typed",
    [
        "WAN 205B WJZX",
        "wan205bwjzx",
        "WAN–205B—WJZX",  # noqa: RUF001
        "Ref: WAN-205B-WJZX",
        "our reference no. WAN/205B/WJZX.",
        "Your reference is WAN-205B-WJZX",
        "\u2066W\u200bAN\u00a0205B\u202fWJZX\u2069\ufeff",
        "ＷＡＮ－２０５Ｂ－ＷＪＺＸ",  # noqa: RUF001
        "WАN-205В-WJZХ",  # noqa: RUF001
        "WAN-\u0662\u0660\u0665B-WJZX",
        "WAN-2\u0966\u096bB-WJZX",
    ],
)
def test_a_reference_is_read_however_it_was_typed(typed: str) -> None:
    assert find_reference(typed) == "WAN-205B-WJZX"


@given(numbers, st.lists(st.sampled_from([" ", "\u00a0", "-", "\u2013", "\u2212", "\u200f", "\t", "."]), max_size=12))
def test_what_separates_a_reference_says_nothing(number: int, between: list[str]) -> None:
    minted = reference("WAN", number)
    together = minted.replace("-", "")

    typed = "".join(a + b for a, b in zip(together, between + [""] * len(together), strict=False))

    assert find_reference(typed) == minted


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "WAN",
        "WAN-",
        "-0000-0000",
        "WAN-0000-000",
        "WAN-0000-000U",
        "Ref: -205B-WJZX",
        "W4N-0000-0000",
        "Child in WAN-205B-WJZX",
        "WAN-205B-WJZX (urgent)",
    ],
)
def test_what_is_not_a_reference_is_not_found(typed: str) -> None:
    assert find_reference(typed) is None


def test_random_ids_differ_and_references_carry_their_prefix() -> None:
    ids = RandomIds()

    minted = [ids.new() for _ in range(3 * AT_A_TIME)]
    assert len(set(minted)) == len(minted)
    assert {one.version for one in minted} == {4}
    assert all(ids.new_reference("WAR").startswith("WAR-") for _ in range(100))


def test_sequential_ids_can_be_foreseen() -> None:
    assert [SequentialIds().new().int, SequentialIds().new_reference("WAN")] == [1, reference("WAN", 1)]


def test_the_system_clock_speaks_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)


def test_a_settable_clock_moves_only_when_told() -> None:
    clock = SettableClock(datetime(2026, 1, 1, tzinfo=UTC))

    clock.advance(timedelta(hours=2))

    assert clock.now() == clock.now() == datetime(2026, 1, 1, 2, tzinfo=UTC)


def test_salts_are_32_bytes_and_all_of_their_own() -> None:
    salts = [*new_salts(2_000), *new_salts(1), *new_salts(0)]

    assert len(set(salts)) == 2_001
    assert {len(salt) for salt in salts} == {32}


def test_a_derived_id_is_the_same_for_the_same_parts_and_no_other() -> None:
    event = RandomIds().new()
    made = derived(event, "referral-received", "metropolitan-police", 1)

    assert made == derived(event, "referral-received", "metropolitan-police", 1)
    assert made.version == 8
    others = {derived(event, "referral-received", "metropolitan-police", 2), derived(event, "referral-received"), event}
    assert made not in others
    assert derived("a", "b") != derived("ab", "")
