"""Comparing page by page finds what comparing everything at once finds, and holds one page."""

import asyncio
import tracemalloc
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from fake_services import FakeServices
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.topics import READS
from frontdoor.client import SERVICES, Caller
from frontdoor.versions import Gap, gaps, topic_of_aggregate

PAGE: Final = 1000
MOST_HELD_BYTES: Final = 4_000_000
Versions = Mapping[str, Mapping[str, int]]

_versions = st.dictionaries(
    st.builds("{}/{}".format, st.sampled_from(("referral", "case", "notice", "access/triage")), st.integers(0, 12)),
    st.integers(1, 4),
    max_size=20,
)
_everywhere = st.fixed_dictionaries(dict.fromkeys(SERVICES, _versions))


class Endless(Caller):
    """Services with so many cases, made up as they are asked for; every tenth event is missing at the audit log."""

    def __init__(self, cases: int) -> None:
        self._cases = cases

    async def get(self, service: str, path: str, **_: Any) -> Any:
        if service != "triage":
            return {}
        after = parse_qs(urlsplit(path).query).get("after", [""])[0]
        first = int(after.partition("/")[2]) + 1 if after else 0
        return {f"case/{number:09}": 2 for number in range(first, min(first + PAGE, self._cases))}

    async def post(self, service: str, path: str, body: Any, **_: Any) -> Any:
        return {name: 1 if service == "audit" and name.endswith("0") else 2 for name in body["aggregates"]}


def at_once(heads: Versions, applied: Versions) -> set[Gap]:
    """Everything in memory, compared aggregate by aggregate."""
    return {
        Gap(owner, reader, aggregate, applied[reader].get(aggregate, 0), newest)
        for owner in heads
        for aggregate, newest in heads[owner].items()
        for reader in SERVICES
        if topic_of_aggregate(aggregate) in READS[reader] and applied[reader].get(aggregate, 0) < newest
    }


async def found(caller: Caller) -> list[Gap]:
    return [gap async for page in gaps(caller) for gap in page]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(heads=_everywhere, applied=_everywhere, page=st.integers(1, 5))
def test_the_gaps_of_any_history_are_found_once_each(heads: Versions, applied: Versions, page: int) -> None:
    services = FakeServices()
    for service in SERVICES:
        services.versions(service, "heads", heads[service], page=page)
        services.versions(service, "applied", applied[service])

    answer = asyncio.run(found(services.caller()))

    assert len(answer) == len(set(answer))
    assert set(answer) == at_once(heads, applied)


def test_what_is_held_does_not_grow_with_what_is_stored() -> None:
    async def count(caller: Caller) -> int:
        missing = 0
        async for page in gaps(caller):
            missing += len(page)
        return missing

    tracemalloc.start()
    try:
        missing = asyncio.run(count(Endless(200_000)))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert missing == 20_000
    assert most < MOST_HELD_BYTES
