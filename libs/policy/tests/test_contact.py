"""Whom to phone is what the partnership publishes, and nothing else."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from policy.contact import phone_advice, whom_to_phone
from policy.load import load_packs

PACKS = load_packs(Path(__file__).parents[3] / "partnerships")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("partnership", "advice"),
    [
        ("warwickshire", "phone the front door team on 01926 414144, or 01926 886922 outside its hours"),
        ("wandsworth", "phone the front door team of your partnership"),
        ("elsewhere", "phone the front door team of your partnership"),
    ],
)
def test_the_published_numbers_are_named(partnership: str, advice: str) -> None:
    assert whom_to_phone(PACKS, partnership, at=NOW) == advice


def test_a_number_for_the_hours_only_is_named_alone() -> None:
    pack = PACKS.in_force("warwickshire", at=NOW)
    daytime = pack.model_copy(update={"service": pack.service.model_copy(update={"out_of_hours_phone": None})})

    assert phone_advice(daytime) == "phone the front door team on 01926 414144"
