"""Has owners publish again what readers miss, after Kafka lost something."""

from collections.abc import Iterable

from frontdoor.answer import Answer, table
from frontdoor.client import Caller
from frontdoor.errors import GOOD, Wrong
from frontdoor.versions import Gap, compare

_COLUMNS = ("owner", "reader", "aggregate", "has version", "newest")


async def republish(caller: Caller, *, dry_run: bool) -> Answer:
    """Compare and ask. A dry run only compares, and ends with 1 when something is missing."""
    gaps = (await compare(caller)).gaps
    if not gaps:
        return Answer({"gaps": [], "events": 0}, ("Every reader has every event.",))
    events = 0 if dry_run else await _ask(caller, gaps)
    rows = [(gap.owner, gap.reader, gap.aggregate, gap.has, gap.newest) for gap in gaps]
    line = (
        f"Gaps: {len(gaps)}. Some may be events on their way: look again in a moment, then run without --dry-run."
        if dry_run
        else f"Events published again: {events}. Readers drop what they have."
    )
    data = {"gaps": [_data(gap) for gap in gaps], "events": events}
    return Answer(data, (table("Gaps", _COLUMNS, rows), line), exit_code=Wrong.exit_code if dry_run else GOOD)


async def _ask(caller: Caller, gaps: Iterable[Gap]) -> int:
    """One request for each aggregate, from the version that all of its readers have."""
    common: dict[tuple[str, str], int] = {}
    for gap in gaps:
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
