"""A case as the store would read it back after each of its events, for tests of the rules alone."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from triage_examples import FIRST, NOW, news

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
    HandoverReturned,
    HandoverSuperseded,
    HandoverWithdrawn,
    InformationAnswered,
    InformationCorrected,
    InformationRequested,
    InformationWithdrawn,
    QuestionAnswered,
    QuestionAsked,
)
from triage import decide
from triage.model import (
    AnswerRevision,
    Case,
    Child,
    Clock,
    Decision,
    Handover,
    InformationRequest,
    Question,
    Recommendation,
    Reply,
    Settled,
    Statement,
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
            return _after_informing(moved, event)
        case InformationRequested() | InformationAnswered() | InformationCorrected() | InformationWithdrawn():
            return _after_asking(moved, event)
        case HandoverOffered() | HandoverAccepted() | HandoverReturned() | HandoverWithdrawn():
            return _after_handing_over(moved, event)
        case HandoverSuperseded():
            return moved
        case _:
            return _after_deciding(moved, event)


def _stopped(subject: Case, at: datetime) -> tuple[Clock, ...]:
    return tuple(replace(clock, stopped_at=clock.stopped_at or at) for clock in subject.clocks)


def _after_informing(subject: Case, event: CaseInformed | QuestionAsked | QuestionAnswered) -> Case:
    if isinstance(event, QuestionAsked):
        return replace(subject, questions=(*subject.questions, _question(event)))
    if isinstance(event, QuestionAnswered):
        return replace(subject, questions=tuple(_answered_by_sender(one, event) for one in subject.questions))
    informed = news(
        what=event.news,
        version=subject.version,
        edition=event.edition,
        child_ids=event.child_ids,
        immediate_danger=event.immediate_danger,
    )
    added = tuple(Child(child_id, False) for child_id in event.child_ids)
    return replace(subject, children=(*subject.children, *added), news=(*subject.news, informed))


def _question(event: QuestionAsked) -> Question:
    return Question(
        event.question_id, event.case_id, event.agency, event.asked_by, event.asked_at, event.due_at, "A question?"
    )


def _answered_by_sender(one: Question, event: QuestionAnswered) -> Question:
    return replace(one, answered_at=event.answered_at) if one.question_id == event.question_id else one


def _after_asking(subject: Case, event: InformationRequested | decide.Said) -> Case:
    if isinstance(event, InformationRequested):
        return replace(subject, requests=(*subject.requests, _request(event)))
    requests = tuple(_with_revision(one, event) for one in subject.requests)
    told = decide.news_of(subject, event)
    added = () if told is None else (replace(told, version=subject.version),)
    return replace(subject, requests=requests, news=(*subject.news, *added))


def _with_revision(one: InformationRequest, event: decide.Said) -> InformationRequest:
    if one.request_id != event.request_id:
        return one
    statements = {
        InformationAnswered: Statement.ANSWERED,
        InformationCorrected: Statement.CORRECTED,
        InformationWithdrawn: Statement.WITHDRAWN,
    }
    reply = (
        None if isinstance(event, InformationWithdrawn) else Reply(event.answer, refusal_ground=event.refusal_ground)
    )
    said = AnswerRevision(event.revision, statements[type(event)], "agency", NOW, reply)
    return replace(one, revisions=(*one.revisions, said))


def _after_handing_over(
    subject: Case, event: HandoverOffered | HandoverAccepted | HandoverReturned | HandoverWithdrawn
) -> Case:
    if isinstance(event, HandoverOffered):
        return replace(subject, handovers=(*subject.handovers, _handover(subject, event)))
    handovers = tuple(_ended(one, event) if one.handover_id == event.handover_id else one for one in subject.handovers)
    if not isinstance(event, HandoverReturned):
        return replace(subject, handovers=handovers)
    returned = replace(decide.news_of_return(event), version=subject.version)
    return replace(subject, handovers=handovers, news=(*subject.news, returned))


def _after_deciding(subject: Case, event: Event) -> Case:
    assert isinstance(event, CaseRecommended | CaseReturned | CaseDecided)
    how = {CaseRecommended: Settled.REPLACED, CaseReturned: Settled.TURNED_DOWN, CaseDecided: Settled.AGREED}
    settled = tuple(_conclude(one, event.child_id, how[type(event)]) for one in subject.recommendations)
    if isinstance(event, CaseRecommended):
        return replace(subject, recommendations=(*settled, _recommendation(event)))
    if isinstance(event, CaseReturned):
        return replace(subject, recommendations=settled)
    stopped = subject.clocks
    if event.all_children_decided:
        clocks = (one for one in subject.clocks if one.name == "decision")
        ended = {clock.clock_id: replace(clock, stopped_at=clock.stopped_at or event.decided_at) for clock in clocks}
        stopped = tuple(ended.get(one.clock_id, one) for one in subject.clocks)
    decisions = (*subject.decisions, _decision(event, subject.version))
    return replace(subject, recommendations=settled, decisions=decisions, clocks=stopped)


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


def _recommendation(event: CaseRecommended) -> Recommendation:
    return Recommendation(
        event.recommendation_id,
        event.child_id,
        event.outcome,
        event.level,
        event.recommended_by,
        event.recommended_at,
        "Because.",
        supersedes=event.supersedes,
        supersedes_reason=event.supersedes_reason,
    )


def _conclude(one: Recommendation, child_id: UUID, settled: Settled) -> Recommendation:
    return replace(one, settled=settled) if one.child_id == child_id and one.settled is None else one


def _decision(event: CaseDecided, version: int) -> Decision:
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
        version,
        event.supersedes,
        event.supersedes_reason,
    )


def _handover(subject: Case, event: HandoverOffered) -> Handover:
    return Handover(
        event.handover_id,
        event.case_id,
        event.team,
        event.child_ids,
        event.offered_by,
        event.offered_at,
        event.accept_due_at,
        "Summary.",
        tuple(one.decision_id for one in subject.current_decisions if one.child_id in event.child_ids),
    )


def _ended(one: Handover, event: HandoverAccepted | HandoverReturned | HandoverWithdrawn) -> Handover:
    match event:
        case HandoverAccepted():
            return replace(one, accepted_at=event.accepted_at)
        case HandoverReturned():
            return replace(one, returned_at=event.returned_at)
        case HandoverWithdrawn():
            return replace(one, withdrawn_at=event.withdrawn_at)
