"""A journey in which everything an example expects was seen, for tests to take something away from."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from frontdoor.demo.checks import Seen
from frontdoor.demo.examples import Decision, Example, Later
from frontdoor.journey import Journey, Step

NAMESPACE = UUID(int=3)
RECEIVED_AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
EXAMPLE = Example(
    name="two-children",
    title="Two children",
    sender="wandsworth-school",
    partnership="wandsworth",
    suggested_rating="amber",
    rating="amber",
    asked=("metropolitan-police", "wandsworth-health-visiting"),
    decisions=(Decision(1, "assessment", "3"), Decision(2, "strategy-discussion", "4")),
    handovers=("wandsworth-early-help", "wandsworth-macpt"),
    follows=None,
    referral={},
)
LATER = Later("He was hurt this morning.", Decision(1, "strategy-discussion", "4"), ("wandsworth-macpt",))
ANSWERS = {"metropolitan-police": "supplied", "wandsworth-health-visiting": "refused"}
CHANNELS = {"wandsworth-early-help": "e-mail"}

Event = tuple[str, dict[str, Any]]


def id_of(name: str) -> str:
    return str(uuid5(NAMESPACE, name))


def events() -> Iterator[Event]:
    """Type and data of every event of the journey."""
    yield "referral.received.v1", {"reference": "WAN-0000-0000"}
    yield "case.opened.v1", {"child_ids": [id_of("child 1"), id_of("child 2")]}
    yield "case.rated.v1", {"rating": EXAMPLE.rating}
    yield from notice("referral-received", "ashcroft-primary")
    for agency in EXAMPLE.asked:
        yield "information.requested.v1", {"agency": agency}
        yield from notice("information-requested", agency, acted_on=True)
        yield "information.answered.v1", {"agency": agency, "answer": ANSWERS[agency]}
    for each in EXAMPLE.decisions:
        yield "case.decided.v1", decided(each)
        yield "notice.withheld.v1", withheld(each)
    for team in EXAMPLE.handovers:
        yield from notice("handover-offered", team, acted_on=True)
        yield "handover.accepted.v1", {"team": team}
    yield "case.closed.v1", {"reason": "handed-over"}


def events_after_danger() -> Iterator[Event]:
    """The same, and what follows when the sender reports danger once the case is closed."""
    yield from events()
    yield "case.reopened.v1", {"immediate_danger": True}
    yield "case.decided.v1", decided(LATER.decision, supersedes=id_of("assessment for child 1"))
    yield "handover.accepted.v1", {"team": "wandsworth-macpt"}
    yield "case.closed.v1", {"reason": "handed-over"}


def decided(decision: Decision, *, supersedes: str | None = None) -> dict[str, Any]:
    return {
        "decision_id": id_of(f"{decision.outcome} for child {decision.child}"),
        "supersedes": supersedes,
        "child_id": id_of(f"child {decision.child}"),
        "outcome": decision.outcome,
        "level": decision.level,
        "recommended_by": "worker",
        "authorised_by": "manager",
    }


def withheld(decision: Decision) -> dict[str, Any]:
    about = {"notice_id": id_of(f"withheld for child {decision.child}"), "agency": "ashcroft-primary"}
    return {**about, "kind": "referral-decided", "reason": "not-safe-to-say"}


def notice(kind: str, agency: str, *, acted_on: bool = False) -> Iterator[Event]:
    channel = CHANNELS.get(agency, "webhook")
    about = {"notice_id": id_of(f"{kind} {agency}"), "agency": agency, "kind": kind}
    yield "notice.queued.v1", {**about, "channels": [channel, "inbox"]}
    yield "notice.delivered.v1", {**about, "channel": channel}
    if acted_on:
        yield "notice.opened.v1", {**about, "opened_by": "somebody"}
        yield "notice.acknowledged.v1", {**about, "acknowledged_by": "somebody"}


Change = Callable[[str, dict[str, Any]], Event | None]


def unchanged(type_: str, data: dict[str, Any]) -> Event:
    """Everything was seen."""
    return type_, data


def seen(change: Change = unchanged, *, later: Later | None = None) -> Seen:
    """What was seen, after ``change`` was applied to every event; None takes the event away."""
    happened = list(events_after_danger() if later else events())
    changed = [each for each in (change(*event) for event in happened) if each is not None]
    journey = Journey(UUID(int=1), "WAN-0000-0000", [step(*event) for event in changed])
    queued = [data for type_, data in happened if type_ == "notice.queued.v1"]
    return Seen(
        journeys=[(replace(EXAMPLE, danger_later=later), journey)],
        deliveries=[delivery(data) for data in queued if "webhook" in data["channels"]],
        messages=[{"headers": {"Message-ID": f"<{data['notice_id']}@example.org>"}} for data in queued],
    )


def delivery(queued: Mapping[str, Any], **changed: Any) -> dict[str, Any]:
    taken = {"agency": queued["agency"], "status": 204, "headers": {"webhook-id": queued["notice_id"]}}
    return {**taken, **changed}


def step(type_: str, data: dict[str, Any], *, trace: str = "a" * 32) -> Step:
    return Step.of(
        {
            "leaf_index": 1,
            "event": {
                "type": type_,
                "source": "triage",
                "subject": "case/1",
                "sequence": 1,
                "time": "2026-11-23T09:00:00Z",
                "traceparent": f"00-{trace}-00f067aa0ba902b7-01",
                "data": data,
            },
        },
        RECEIVED_AT,
    )
