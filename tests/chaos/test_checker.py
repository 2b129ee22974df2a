"""The checker's own judgement of additions: what was promised and cannot be found is said."""

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from local_stack.stack import Stack
from tests.chaos.checker import Checker
from tests.chaos.journal import Added, Journal

SOME, OTHER = uuid4(), uuid4()


def promised(*editions: tuple[UUID, int]) -> list[Added]:
    return [Added(f"key-{number}", referral_id, edition) for number, (referral_id, edition) in enumerate(editions)]


@pytest.mark.parametrize(
    ("added", "violations"),
    [
        ([], set()),
        (promised((SOME, 2), (OTHER, 2), (SOME, 3)), {"added and acknowledged, but lost"}),
        (
            promised((SOME, 2), (SOME, 2)),
            {"added and acknowledged, but lost", "promised to two supplements", "added out of the sender's order"},
        ),
        (promised((SOME, 3), (SOME, 2)), {"added and acknowledged, but lost", "added out of the sender's order"}),
        (promised((SOME, 2), (SOME, 4)), {"added and acknowledged, but lost", "added out of the sender's order"}),
    ],
)
def test_additions_that_were_promised_are_looked_for(
    stack: Stack, tmp_path: Path, added: list[Added], violations: set[str]
) -> None:
    journal = Journal(tmp_path / "journal.jsonl", added=added)

    found = asyncio.run(Checker(stack.addresses()["database_url"]).additions(journal))

    journal.close()
    assert {each.rpartition(": ")[0] for each in found} == violations
