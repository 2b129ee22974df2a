"""Has owners publish again what readers miss, after Kafka lost something."""

from collections.abc import Iterable
from typing import Final

from frontdoor.answer import Answer, table
from frontdoor.client import Caller
from frontdoor.errors import GOOD, Wrong
from frontdoor.versions import Gap, gaps

MOST_SHOWN: Final = 1000
"""So many gaps are listed, so that a wiped topic does not fill the memory; all of them are counted and asked for."""
_COLUMNS: Final = ("owner", "reader", "aggregate", "has version", "newest")


async def republish(caller: Caller, *, dry_run: bool) -> Answer:
    """Compare and ask, page by page. A dry run only compares, and ends with 1 when something is missing."""
    shown: list[Gap] = []
    count = events = 0
    async for page in gaps(caller):
        count += len(page)
        shown += page[: MOST_SHOWN - len(shown)]
        events += 0 if dry_run else await _ask(caller, page)
    data = {"gaps": [_data(gap) for gap in shown], "gaps_found": count, "events": events}
    if not count:
        return Answer(data, ("Every reader has every event.",))
    rows = [(gap.owner, gap.reader, gap.aggregate, gap.has, gap.newest) for gap in shown]
    lines = (_listed(count), _what_came_of_it(count, events, dry_run=dry_run))
    return Answer(
        data,
        (table("Gaps", _COLUMNS, rows), *(line for line in lines if line)),
        exit_code=Wrong.exit_code if dry_run else GOOD,
    )


def _listed(count: int) -> str:
    return f"The first {MOST_SHOWN:,} of {count:,} gaps are listed." if count > MOST_SHOWN else ""


def _what_came_of_it(count: int, events: int, *, dry_run: bool) -> str:
    if dry_run:
        return f"Gaps: {count}. Some may be events on their way: look again in a moment, then run without --dry-run."
    return f"Events published again: {events}. Readers drop what they have."


async def _ask(caller: Caller, page: Iterable[Gap]) -> int:
    """One request for each aggregate, from the version that all of its readers have."""
    common: dict[tuple[str, str], int] = {}
    for gap in page:
        key = (gap.owner, gap.aggregate)
        common[key] = min(gap.has, common.get(key, gap.has))
    events = 0
    for (owner, aggregate), has in common.items():
        body = {"aggregate": aggregate, "after_version": has}
        events += (await caller.post(owner, "/operator/republish", body))["events"]
    return events


def _data(gap: Gap) -> dict[str, object]:
    return {
        "owner": gap.owner,
        "reader": gap.reader,
        "aggregate": gap.aggregate,
        "has_version": gap.has,
        "newest_version": gap.newest,
    }
