"""What operators are warned of: in plain words, with the place and what to do."""

from datetime import date
from pathlib import Path

import pytest
from pack_versions import noon, version, write_version

from policy.load import load_packs
from policy.packs import Packs

FIRST, LAST_DAY = date(2026, 11, 1), date(2027, 3, 31)
DO = "Add wandsworth.2027-04-01.yaml with effective_from: 2027-04-01, or let the last version end later"


@pytest.mark.parametrize(
    ("today", "days_left", "advice"),
    [
        (
            date(2026, 10, 22),
            -10,
            "No pack of wandsworth is in force before 2026-11-01: new referrals are refused until then",
        ),
        (
            date(2027, 3, 1),
            30,
            f"The pack of wandsworth ends on 2027-03-31: new referrals are refused from then on. {DO}",
        ),
        (
            LAST_DAY,
            0,
            f"The pack of wandsworth ends on 2027-03-31: new referrals are refused from then on. {DO}",
        ),
        (
            date(2027, 4, 2),
            -2,
            f"No pack of wandsworth is in force after 2027-03-31: new referrals are refused. {DO}",
        ),
    ],
)
def test_an_ending_says_when_what_follows_and_what_to_do(today: date, days_left: int, advice: str) -> None:
    [ending] = Packs([version(FIRST, LAST_DAY)]).endings(at=noon(today))

    assert (ending.name, ending.days_left, ending.advice) == ("pack:wandsworth", days_left, advice)


def test_a_successor_ends_the_ending(tmp_path: Path) -> None:
    write_version(tmp_path, "wandsworth.yaml", FIRST, LAST_DAY)
    write_version(tmp_path, "wandsworth.2027-04-01.yaml", date(2027, 4, 1))

    [ending] = load_packs(tmp_path).endings(at=noon(LAST_DAY))

    assert (ending.days_left, ending.advice) == (float("inf"), "")


def test_the_place_of_the_end_is_named(tmp_path: Path) -> None:
    path = write_version(tmp_path, "wandsworth.yaml", FIRST, LAST_DAY)
    line = path.read_text("utf-8").split("effective_until")[0].count("\n") + 1

    [ending] = load_packs(tmp_path).endings(at=noon(LAST_DAY))

    assert f"(wandsworth.yaml:{line})" in ending.advice
