"""What must have been seen, referral by referral. Pure: journeys and what the sinks kept in, missing things out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from contracts.codes import Answer, Channel, NoticeKind
from contracts.events import (
    CaseClosed,
    CaseDecided,
    CaseOpened,
    CaseRated,
    CaseReopened,
    HandoverAccepted,
    InformationAnswered,
    InformationRequested,
    NoticeAcknowledged,
    NoticeDelivered,
    NoticeOpened,
    NoticeQueued,
    NoticeWithheld,
    ReferralReceived,
)
from frontdoor.demo.examples import Decision, Example
from frontdoor.journey import Journey, Step

_ASKING: Final = frozenset({NoticeKind.INFORMATION_REQUESTED, NoticeKind.HANDOVER_OFFERED})
"""Notices that ask somebody to do something."""


@dataclass(frozen=True)
class Seen:
    """The journeys of the examples, what agencies' systems took, and the mail."""

    journeys: Sequence[tuple[Example, Journey]]
    deliveries: Sequence[Mapping[str, Any]]
    messages: Sequence[Mapping[str, Any]]


def missing(seen: Seen) -> Iterator[str]:
    """Everything that should have been seen and was not, first things first."""
    for delivery in seen.deliveries:
        if "refused" in delivery:
            yield f"a valid signature on a notice to {delivery['agency']} ({delivery['refused']})"
    for example, journey in seen.journeys:
        for what in (*_of_case(example, journey), *_of_notices(journey, seen)):
            yield f"{what} ({example.name})"
    answers = {step.facts["answer"] for _, journey in seen.journeys for step in journey.of(InformationAnswered)}
    for answer in (Answer.SUPPLIED, Answer.REFUSED):
        if answer not in answers:
            yield f"an agency that answered: {answer.label}"


def _of_case(example: Example, journey: Journey) -> Iterator[str]:
    """The case was rated, asked about, decided by two people, handed over and closed as the example expects."""
    later = example.danger_later
    if [step.facts["rating"] for step in journey.of(CaseRated)] != [example.rating]:
        yield f"the rating {example.rating}"
    for event, name, expected in (
        (InformationRequested, "agency", example.asked),
        (InformationAnswered, "agency", example.asked),
        (HandoverAccepted, "team", (*example.handovers, *(later.handovers if later else ()))),
    ):
        if sorted(step.facts[name] for step in journey.of(event)) != sorted(expected):
            yield f"{event.TYPE} for {', '.join(expected) or 'nobody'}"
    yield from _of_decisions(example, journey)
    if len(journey.of(CaseClosed)) != (2 if later else 1):
        yield "a closed case"
    if len(journey.of(CaseReopened)) != (1 if later else 0):
        yield "a case that news of danger opened again" if later else "a case that nothing opened again"
    if not _one_trace(journey):
        yield "one trace from the receipt to the opened case"


def _of_decisions(example: Example, journey: Journey) -> Iterator[str]:
    """One chain of decisions for each child: the later one supersedes the earlier."""
    children = [child for step in journey.of(CaseOpened) for child in step.facts["child_ids"]]
    for expected in _expected(example):
        child_id = children[expected[0].child - 1] if expected[0].child <= len(children) else None
        chain = [step.facts for step in journey.of(CaseDecided) if step.facts["child_id"] == child_id]
        for place, decision in enumerate(expected):
            facts = chain[place] if place < len(chain) else None
            earlier = chain[place - 1]["decision_id"] if place else None
            yield from _of_decision(decision, facts, supersedes=earlier)


def _of_decision(expected: Decision, facts: Mapping[str, Any] | None, *, supersedes: str | None) -> Iterator[str]:
    if facts is None or (facts["outcome"], facts["level"]) != (expected.outcome, expected.level):
        yield f"the outcome {expected.outcome} for child {expected.child}"
    elif facts["supersedes"] != supersedes:
        yield f"the decision that is superseded for child {expected.child}"
    elif facts["recommended_by"] == facts["authorised_by"]:
        yield f"two people behind the decision for child {expected.child}"


def _expected(example: Example) -> Iterator[Sequence[Decision]]:
    """For each child, its decisions in order."""
    for decision in example.decisions:
        later = example.danger_later
        yield (decision, later.decision) if later and later.decision.child == decision.child else (decision,)


def _of_notices(journey: Journey, seen: Seen) -> Iterator[str]:
    """The sender was told of receipt and outcome; every notice arrived on every channel; what asks was acted on."""
    queued = journey.of(NoticeQueued)
    told = {step.facts["kind"] for step in (*queued, *journey.of(NoticeWithheld))}
    for kind in (NoticeKind.REFERRAL_RECEIVED, NoticeKind.REFERRAL_DECIDED):
        if kind not in told:
            yield f"a notice: {kind.label}"
    for step in queued:
        yield from _of_notice(step, journey, seen)


def _of_notice(queued: Step, journey: Journey, seen: Seen) -> Iterator[str]:
    kind, agency = queued.facts["kind"], queued.facts["agency"]
    for channel in queued.facts["channels"]:
        if not _arrived(queued, Channel(channel), journey, seen):
            yield f"a notice ({kind}) to {agency} by {channel}"
    for event in (NoticeOpened, NoticeAcknowledged) if kind in _ASKING else ():
        if queued.facts["notice_id"] not in {step.facts["notice_id"] for step in journey.of(event)}:
            yield f"{event.TYPE} by {agency}"


def _arrived(queued: Step, channel: Channel, journey: Journey, seen: Seen) -> bool:
    """Said to be delivered, and really there: signed at the agency's system, or in its mailbox."""
    if channel is Channel.INBOX:
        return True
    notice_id, agency = queued.facts["notice_id"], queued.facts["agency"]
    if not any(
        step.facts["notice_id"] == notice_id and step.facts["channel"] == channel
        for step in journey.of(NoticeDelivered)
    ):
        return False
    if channel is Channel.EMAIL:
        return any(notice_id in message["headers"]["Message-ID"] for message in seen.messages)
    return any(
        delivery["headers"]["webhook-id"] == notice_id and delivery["agency"] == agency and delivery["status"] == 204
        for delivery in seen.deliveries
    )


def _one_trace(journey: Journey) -> bool:
    traces = {step.trace_id for event in (ReferralReceived, CaseOpened) for step in journey.of(event)}
    return len(traces) == 1 and None not in traces
