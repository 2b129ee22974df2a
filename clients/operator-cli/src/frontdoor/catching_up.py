"""Gives a reader events of a type that an earlier edition of it had followed without reading them."""

from contracts.topics import READS, topic_of
from frontdoor.answer import Answer
from frontdoor.client import Caller
from frontdoor.errors import GOOD, CalledWrongly
from frontdoor.parked import checked


async def catch_up(caller: Caller, service: str, event_type: str, *, reason: str, dry_run: bool) -> Answer:
    """Let the reader apply the type, then have its owners send every event of it once more."""
    said = None if dry_run else checked(reason)
    owners = _owners(service, event_type)
    if said is not None:
        await caller.post(service, "/operator/backfill", {"type": event_type, "reason": said})
    events = {owner: await _again(caller, owner, event_type, dry_run=dry_run) for owner in owners}
    total = sum(events.values())
    line = (
        f"Events of {event_type} on record: {total}. Nothing was asked."
        if dry_run
        else f"Events published again: {total}. {service} applies those it had followed unread; others drop them all."
    )
    data = {"service": service, "type": event_type, "events": events, "dry_run": dry_run}
    return Answer(data, (line,), exit_code=GOOD)


def _owners(service: str, event_type: str) -> list[str]:
    """Who records events of a type. Raises ``CalledWrongly`` for a reader that does not read its topic."""
    try:
        topic = topic_of(event_type)
    except KeyError as error:
        raise CalledWrongly(f"--type: no topic carries {event_type}; write it as case.opened.v1") from error
    if topic not in READS.get(service, frozenset()):
        raise CalledWrongly(f"--to: {service} does not read {topic.name}, which carries {event_type}")
    return sorted(topic.owners)


async def _again(caller: Caller, owner: str, event_type: str, *, dry_run: bool) -> int:
    """Stretch by stretch through the owner's whole history."""
    events, after = 0, 0
    while True:
        body = {"type": event_type, "after": after, "dry_run": dry_run}
        answer = await caller.post(owner, "/operator/republish-type", body)
        events += int(answer["events"])
        if answer["next"] is None:
            return events
        after = answer["next"]
