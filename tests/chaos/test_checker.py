"""The checker's own judgement of additions: what was promised and cannot be found is said.

On databases of its own: what another test left in those of the stack is nothing that this one promised.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy.engine import make_url

from chassis.run.provision import DatabaseUrls
from tests.chaos.checker import Checker
from tests.chaos.databases import SERVICES, Databases
from tests.chaos.journal import Added, Journal

SOME, OTHER = uuid4(), uuid4()


@pytest.fixture(scope="module")
async def databases(postgres: str, copied_database: Callable[[str], Awaitable[DatabaseUrls]]) -> Databases:
    urls = {service: await copied_database(service) for service in SERVICES}
    return Databases(postgres, names={service: str(make_url(urls[service].app_url).database) for service in SERVICES})


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
async def test_additions_that_were_promised_are_looked_for(
    databases: Databases, tmp_path: Path, added: list[Added], violations: set[str]
) -> None:
    journal = Journal(tmp_path / "journal.jsonl", added=added)

    found = await Checker(databases).additions(journal)

    journal.close()
    assert {each.rpartition(": ")[0] for each in found} == violations
