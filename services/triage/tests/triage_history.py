"""A case as the store would read it back after each of its events, for tests of the rules alone."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from triage_examples import FIRST, news

from contracts.codes import Outcome
from contracts.events import (
    CaseClosed,
    CaseDecided,
    CaseInformed,
    CaseRated,
    CaseRecommended,
    CaseReopened,
    CaseReturned,
    Event,
    HandoverAccepted,
    HandoverOffered,
    InformationAnswered,
    InformationRequested,
    QuestionAnswered,
    QuestionAsked,
)
from triage.model import (
    Case,
    Child,
    Clock,
    Decision,
    Handover,
    InformationRequest,
    Question,
    Recommendation,
    Settled,
)

TEAMS = {Outcome.STRATEGY_DISCUSSION: "wandsworth-macpt", Outcome.EARLY_HELP: "wandsworth-early-help"}
"""Who receives a child by its outcome."""


def after(subject: Case, event: Event) -> Case:
    """The case as the store would read it back after an event."""
    version = subject.version + 1
    moved = replace(subject, version=version, changed_version=version)
    match event:
        case CaseRated():
            return replace(moved, rating=event.rating, decision_due_at=event.decision_due_at)
        case CaseClosed():
            stopped = _stopped(moved, event.closed_at)
            return replace(moved, closed_at=event.closed_at, closed_reason=event.reason, clocks=stopped)
        case CaseReopened():
            return replace(moved, closed_at=None, closed_reason=None, reopened_at=event.reopened_at)
        case CaseInformed() | QuestionAsked() | QuestionAnswered():
            return _after_telling(moved, event)
        case InformationRequested() | InformationAnswered():
            return _after_asking(moved, event)
        case HandoverOffered() | HandoverAccepted():
            return _after_handing_over(moved, event)
        case _:
            return _after_deciding(moved, event)


def _stopped(subject: Case, at: datetime) -> tuple[Clock, ...]:
    return tuple(replace(clock, stopped_at=clock.stopped_at or at) for clock in subject.clocks)


def _after_telling(subject: Case, event: CaseInformed | QuestionAsked | QuestionAnswered) -> Case:
    if isinstance(event, QuestionAsked):
        return replace(subject, questions=(*subject.questions, _question(event)))
    if isinstance(event, QuestionAnswered):
        return replace(subject, questions=tuple(_told(one, event) for one in subject.questions))
    told = news(
        what=event.news, edition=event.edition, child_ids=event.child_ids, immediate_danger=event.immediate_danger
    )
    added = tuple(Child(child_id, False) for child_id in event.child_ids)
    return replace(subject, children=(*subject.children, *added), news=(*subject.news, told))


def _question(event: QuestionAsked) -> Question:
    return Question(
        event.question_id, event.case_id, event.agency, event.asked_by, event.asked_at, event.due_at, "A question?"
    )


def _told(one: Question, event: QuestionAnswered) -> Question:
    return replace(one, answered_at=event.answered_at) if one.question_id == event.question_id else one


def _after_asking(subject: Case, event: InformationRequested | InformationAnswered) -> Case:
    if isinstance(event, InformationRequested):
        return replace(subject, requests=(*subject.requests, _request(event)))
    return replace(subject, requests=tuple(_answered(one, event) for one in subject.requests))


def _after_handing_over(subject: Case, event: HandoverOffered | HandoverAccepted) -> Case:
    if isinstance(event, HandoverOffered):
        return replace(subject, handovers=(*subject.handovers, _handover(event)))
    return replace(subject, handovers=tuple(_accepted(one, event) for one in subject.handovers))


def _after_deciding(subject: Case, event: Event) -> Case:
    assert isinstance(event, CaseRecommended | CaseReturned | CaseDecided)
    how = {CaseRecommended: Settled.REPLACED, CaseReturned: Settled.TURNED_DOWN, CaseDecided: Settled.AGREED}
    settled = tuple(_settle(one, event.child_id, how[type(event)]) for one in subject.recommendations)
    if isinstance(event, CaseRecommended):
        return replace(subject, recommendations=(*settled, _recommendation(event)))
    if isinstance(event, CaseReturned):
        return replace(subject, recommendations=settled)
    clocks = _stopped(subject, event.decided_at) if event.all_children_decided else subject.clocks
    return replace(subject, recommendations=settled, decisions=(*subject.decisions, _decision(event)), clocks=clocks)


def _request(event: InformationRequested) -> InformationRequest:
    return InformationRequest(
        event.request_id,
        event.case_id,
        event.agency,
        event.lawful_basis,
        (FIRST,),
        event.requested_by,
        event.requested_at,
        event.due_at,
        "A question?",
    )


def _answered(one: InformationRequest, event: InformationAnswered) -> InformationRequest:
    return replace(one, answer=event.answer) if one.request_id == event.request_id else one


def _recommendation(event: CaseRecommended) -> Recommendation:
    return Recommendation(
        event.recommendation_id,
        event.child_id,
        event.outcome,
        event.level,
        event.recommended_by,
        event.recommended_at,
        "Because.",
    )


def _settle(one: Recommendation, child_id: UUID, settled: Settled) -> Recommendation:
    return replace(one, settled=settled) if one.child_id == child_id and one.settled is None else one


def _decision(event: CaseDecided) -> Decision:
    return Decision(
        event.decision_id,
        event.recommendation_id,
        event.child_id,
        event.outcome,
        event.level,
        TEAMS.get(event.outcome),
        event.authorised_by,
        event.decided_at,
        event.policy_version,
        "Agreed.",
    )


def _handover(event: HandoverOffered) -> Handover:
    return Handover(
        event.handover_id,
        event.case_id,
        event.team,
        event.child_ids,
        event.offered_by,
        event.offered_at,
        event.accept_due_at,
        "Summary.",
    )


def _accepted(one: Handover, event: HandoverAccepted) -> Handover:
    return replace(one, accepted_at=event.accepted_at) if one.handover_id == event.handover_id else one
