"""A year is the same for the same seed, its people are invented, and families come again as themselves."""

import json
from collections import defaultdict
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from bench.year import prepare, wording
from bench.year.referrals import Prepared, Year
from referral_intake.form.referral import ReferralForm
from referral_intake.form.supplement import SupplementForm, WithdrawalForm

MANY = 3_000


@pytest.fixture(scope="module")
def year() -> list[Prepared]:
    return list(Year(7).referrals(MANY))


def children_of(referral: Prepared) -> Any:
    return json.loads(referral.body)["children"]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(year: list[Prepared]) -> None:
    assert list(Year(7).referrals(50)) == year[:50]
    assert list(Year(8).referrals(50)) != year[:50]


def test_a_longer_year_begins_like_a_shorter_one(year: list[Prepared]) -> None:
    assert list(islice(Year(7).referrals(10**9), 50)) == year[:50]


def test_every_body_is_one_that_the_form_takes(year: list[Prepared]) -> None:
    forms: dict[str, type[BaseModel]] = {"supplements": SupplementForm, "withdrawal": WithdrawalForm}
    for referral in year[:500]:
        ReferralForm.model_validate_json(referral.body)
        for path, body in referral.later:
            forms[path].model_validate_json(body)


def test_more_than_a_fifth_is_about_children_who_were_referred_before_and_looks_it(year: list[Prepared]) -> None:
    families: dict[str, list[Any]] = defaultdict(list)
    for referral in year:
        families[children_of(referral)[0]["last_name"]].append((referral.partnership, children_of(referral)))

    repeats = sum(len(seen) - 1 for seen in families.values())

    assert repeats / MANY == pytest.approx(0.226, abs=0.03)
    assert all(seen == [seen[0]] * len(seen) for seen in families.values())


def test_withdrawals_come_after_what_is_added(year: list[Prepared]) -> None:
    both = [referral for referral in year if len(referral.later) == 2]

    assert both
    assert all([path for path, _ in referral.later] == ["supplements", "withdrawal"] for referral in both)


def test_nhs_numbers_are_test_numbers_with_their_check_digit_and_no_two_children_share_one(
    year: list[Prepared],
) -> None:
    numbers = {child["nhs_number"] for referral in year for child in children_of(referral) if "nhs_number" in child}

    for number in numbers:
        weighted = sum((10 - place) * int(digit) for place, digit in enumerate(number[:9]))
        assert number.startswith("999")
        assert (11 - weighted % 11) % 11 == int(number[9])
    assert len(numbers) > MANY * 0.2


def test_no_two_families_have_one_name() -> None:
    assert len({wording.surname(family) for family in range(50_000)}) == 50_000


def test_a_line_is_read_as_it_was_written(year: list[Prepared]) -> None:
    assert [Prepared.read(referral.line()) for referral in year[:100]] == year[:100]


def test_a_process_of_its_own_writes_the_same(tmp_path: Path, year: list[Prepared]) -> None:
    file = prepare.prepared(tmp_path, count=20, seed=7)

    assert list(prepare.read(file)) == year[:20]
