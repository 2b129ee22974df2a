"""Whom to phone is what the partnership publishes, and nothing else."""

from pathlib import Path

import pytest

from policy.contact import phone_advice
from policy.load import load_packs

PACKS = load_packs(Path(__file__).parents[3] / "partnerships")


@pytest.mark.parametrize(
    ("partnership", "advice"),
    [
        ("warwickshire", "phone the front door team on 01926 414144, or 01926 886922 outside its hours"),
        ("wandsworth", "phone the front door team of your partnership"),
        ("elsewhere", "phone the front door team of your partnership"),
    ],
)
def test_the_published_numbers_are_named(partnership: str, advice: str) -> None:
    assert phone_advice(PACKS.get(partnership)) == advice


def test_a_number_for_the_hours_only_is_named_alone() -> None:
    pack = PACKS["warwickshire"]
    daytime = pack.model_copy(update={"service": pack.service.model_copy(update={"out_of_hours_phone": None})})

    assert phone_advice(daytime) == "phone the front door team on 01926 414144"
