"""Questions to the sender of a referral, and what is new in a case. Whatever it is, a person decides."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from contracts.codes import CaseNews
from contracts.events import (
    CaseInformed,
    CaseReopened,
    ChildReference,
    Event,
    QuestionAnswered,
    QuestionAsked,
    ReferralSupplemented,
    ReferralWithdrawn,
)
from triage.decide.shape import must_be_open, of_case
from triage.errors import NotOneCase
from triage.model import (
    Acting,
    Addresses,
    Background,
    Case,
    Child,
    Detail,
    News,
    Question,
    Suggestion,
    Timing,
    Update,
    children_of,
)


def ask_sender(case: Case, *, by: Acting, timing: Timing, detail: Detail) -> QuestionAsked:
    """Ask the agency that sent the referral. A decision never waits for its answer."""
    must_be_open(case)
    return QuestionAsked(
        **of_case(case),
        question_id=detail.id,
        agency=case.agency,
        asked_by=by.actor.subject,
        asked_at=by.now,
        due_at=timing.due_at,
        policy_version=timing.policy_version,
        detail_url=detail.url,
    )


def supplement(case: Case, background: Background, supplemented: ReferralSupplemented) -> Update:
    """What a supplement makes of a case: what its edition says takes the place of what earlier ones said.

    What people did and decided stays; the news says that they did not have it. An edition that is older than one the
    case has brings its news alone. Raises ``NotOneCase`` when it names a child twice.
    """
    added = _added(case, supplemented)
    news = News(
        what=CaseNews(supplemented.kind.value),
        edition=supplemented.edition,
        told_at=supplemented.received_at,
        document_url=supplemented.detail_url,
        child_ids=tuple(child.child_id for child in added),
        immediate_danger=supplemented.immediate_danger,
        answers=supplemented.answers,
        supplement_id=supplemented.supplement_id,
    )
    if supplemented.edition < _newest_edition(case):
        return Update(news, added, background)
    return Update(news, added, _now_known(background, supplemented), _changed(case, supplemented))


def withdraw(background: Background, withdrawn: ReferralWithdrawn) -> Update:
    """What it makes of a case that its sender takes the referral back: nothing but news."""
    news = News(
        what=CaseNews.WITHDRAWN,
        edition=withdrawn.edition,
        told_at=withdrawn.withdrawn_at,
        document_url=withdrawn.detail_url,
    )
    return Update(news, (), replace(background, document_url=withdrawn.detail_url))


def inform(case: Case, news: News, *, suggested: Suggestion, now: datetime) -> Sequence[Event]:
    """The case has news of its sender that those who decide must have seen.

    ``suggested`` is the rating that the pack suggests with it, for those who work by the suggestion. A question is
    answered once; an answer to none that is open is news all the same.
    """
    assert news.edition is not None  # what a sender says is an edition of its document
    informed = CaseInformed(
        **of_case(case),
        news=news.what,
        edition=news.edition,
        child_ids=news.child_ids,
        immediate_danger=news.immediate_danger,
        informed_at=now,
        rating=case.rating,
        suggested_rating=suggested.rating,
        suggestion_reasons=suggested.reasons,
    )
    return (informed, *_answered(case, news))


def reopen(
    case: Case, news: News | None, *, timing: Timing | None, addresses: Addresses, now: datetime
) -> Sequence[CaseReopened]:
    """A closed case is open again when there is news of its sender or of an agency, so that somebody deals with it.

    ``timing`` is the decision clock from the receipt of the news: in a closed case none runs.
    """
    if news is None or timing is None or case.closed_at is None:
        return ()
    reopened = CaseReopened(
        **of_case(case),
        reopened_at=now,
        immediate_danger=news.immediate_danger,
        decision_due_at=timing.due_at,
        policy_version=timing.policy_version,
        news=news.what,
        detail_url=addresses.case(case.case_id),
    )
    return (reopened,)


def needs_decision_clock(case: Case) -> bool:
    """Whether news, or somebody who would decide again, has to start a decision clock: none runs.

    It stops with the last child's decision, or when a person closes the case. A recommendation that is turned down
    does not stop it: a person still has to recommend otherwise, or to close.
    """
    return case.decision_clock is None


def find_question(case: Case, question_id: UUID) -> Question | None:
    """The case's question of that number."""
    return next((question for question in case.questions if question.question_id == question_id), None)


def standing_children(case: Case, update: Update) -> tuple[Child, ...]:
    """The children of a case as the referral says now."""
    changed = {child.child_id: child for child in update.changed}
    return (*(changed.get(child.child_id, child) for child in case.children), *update.children)


def _newest_edition(case: Case) -> int:
    return max((news.edition for news in case.news if news.edition is not None), default=1)


def _now_known(background: Background, supplemented: ReferralSupplemented) -> Background:
    """An event that does not say what the referral says as a whole only adds to what is known."""
    facts, types = supplemented.facts, supplemented.concern_types
    known = replace(
        background,
        missing_information=supplemented.missing_information,
        document_url=supplemented.detail_url,
    )
    if facts is None:
        danger = background.immediate_danger or supplemented.immediate_danger
        types = tuple(dict.fromkeys((*background.concern_types, *types)))
        return replace(known, concern_types=types, immediate_danger=danger)
    return replace(
        known,
        concern_types=facts.concern_types,
        immediate_danger=facts.immediate_danger,
        previous_referral_id=facts.previous_referral_id,
    )


def _named(supplemented: ReferralSupplemented) -> Sequence[ChildReference]:
    """All children that the edition has; only those that it added when the event does not say."""
    return supplemented.facts.children if supplemented.facts is not None else supplemented.children


def _changed(case: Case, supplemented: ReferralSupplemented) -> tuple[Child, ...]:
    """Children of the case of whom the edition says something else. One that says no plans at all leaves them be."""
    said = {child.child_id: child for child in _said(supplemented)}
    if not _says_plans(supplemented):
        known = {child.child_id: child.plans for child in case.children}
        said = {child_id: replace(child, plans=known.get(child_id)) for child_id, child in said.items()}
    return tuple(said[child.child_id] for child in case.children if said.get(child.child_id, child) != child)


def _says_plans(supplemented: ReferralSupplemented) -> bool:
    """Not in events that were recorded before there was this field: what is not known is not none."""
    return supplemented.facts is not None and supplemented.facts.plans is not None


def _added(case: Case, supplemented: ReferralSupplemented) -> tuple[Child, ...]:
    """The children that the case did not have."""
    named = _said(supplemented)
    if len({child.child_id for child in named}) != len(named):
        raise NotOneCase
    return tuple(child for child in named if child.child_id not in case.child_ids)


def _said(supplemented: ReferralSupplemented) -> tuple[Child, ...]:
    facts = supplemented.facts
    return children_of(_named(supplemented), facts.plans or () if facts is not None else ())


def _answered(case: Case, news: News) -> Iterable[QuestionAnswered]:
    question = find_question(case, news.answers) if news.answers is not None else None
    if question is not None and question.answered_at is None and news.supplement_id is not None:
        yield QuestionAnswered(
            **of_case(case),
            question_id=question.question_id,
            supplement_id=news.supplement_id,
            answered_at=news.told_at,
        )
