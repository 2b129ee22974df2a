"""Who gets a notice of what: the table from events to notices, by the partnership's pack. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from agency_notify import policy
from agency_notify.model import Facts, PlannedNotice
from contracts.codes import Answer, AnswerMoment, NoticeKind, WithheldReason
from contracts.events import (
    CaseDecided,
    CaseInformed,
    CaseReopened,
    ClockBreached,
    ClockWarned,
    Event,
    HandoverOffered,
    HandoverReturned,
    HandoverSuperseded,
    HandoverWithdrawn,
    InformationAnswered,
    InformationCorrected,
    InformationRequested,
    InformationWithdrawn,
    QuestionAsked,
    ReferralReceived,
    ReferralSupplemented,
    ReferralWithdrawn,
)
from contracts.events.triage import ClockEvent
from policy.pack import Pack

_Said = InformationAnswered | InformationCorrected | InformationWithdrawn
_OF_AN_ANSWER: Final[Mapping[type[_Said], NoticeKind]] = {
    InformationAnswered: NoticeKind.INFORMATION_ANSWERED,
    InformationCorrected: NoticeKind.INFORMATION_CORRECTED,
    InformationWithdrawn: NoticeKind.INFORMATION_WITHDRAWN,
}


def notices_of(event: Event, pack: Pack, facts: Facts) -> tuple[PlannedNotice, ...]:
    """The notices that an event leads to, each for one recipient, some withheld; none for what concerns nobody.

    ``pack`` is the one in force now.
    """
    rule = TABLE.get(type(event))
    return tuple(rule(event, pack, facts)) if rule else ()


def _on_referral_received(event: ReferralReceived, pack: Pack, facts: Facts) -> Iterable[PlannedNotice]:
    yield _if_entitled(pack, PlannedNotice(NoticeKind.REFERRAL_RECEIVED, event.agency, event.referral_id))


def _on_referral_supplemented(event: ReferralSupplemented, pack: Pack, facts: Facts) -> Iterable[PlannedNotice]:
    """The hub hears of it at once; somebody has to open it when a child is in danger now or is decided already.

    How soon, goes by what the referral says now: triage may say so only after this notice has to be timed.
    """
    known = replace(facts, rating=policy.more_urgent(facts.rating, event.facts, pack))
    yield PlannedNotice(
        NoticeKind.REFERRAL_SUPPLEMENTED,
        policy.hub_of(pack),
        event.supplement_id,
        urgent=event.immediate_danger,
        open_by=_opening(pack, known) if event.immediate_danger or facts.decided else None,
        about_url=event.detail_url,
    )


def _on_referral_withdrawn(event: ReferralWithdrawn, pack: Pack, facts: Facts) -> Iterable[PlannedNotice]:
    yield PlannedNotice(
        NoticeKind.REFERRAL_WITHDRAWN,
        policy.hub_of(pack),
        event.referral_id,
        open_by=_opening(pack, facts) if facts.decided else None,
        about_url=event.detail_url,
    )


def _on_question_asked(event: QuestionAsked, pack: Pack, facts: Facts) -> Iterable[PlannedNotice]:
    yield _if_entitled(
        pack,
        PlannedNotice(
            NoticeKind.QUESTION_ASKED,
            event.agency,
            event.question_id,
            urgent=True,
            open_by=policy.open_by(pack, facts.now, event.due_at, facts.rating),
            about_url=event.detail_url,
            due_at=event.due_at,
        ),
    )


def _on_case_reopened(event: CaseReopened, pack: Pack, facts: Facts) -> Iterable[PlannedNotice]:
    """Nobody works on a closed case, so somebody has to open this notice whatever the news is."""
    yield PlannedNotice(
        NoticeKind.CASE_REOPENED,
        policy.hub_of(pack),
        event.case_id,
        urgent=event.immediate_danger,
        open_by=policy.open_by(pack, facts.now, event.decision_due_at, facts.rating),
        about_url=event.detail_url,
        due_at=event.decision_due_at,
    )
    yield from _news_for_holders(event, pack, facts, urgent=event.immediate_danger)


def _on_case_informed(event: CaseInformed, pack: Pack, facts: Facts) -> Iterable[PlannedNotice]:
    """The hub has its notice from the supplement itself; a team that accepted children has none yet."""
    yield from _news_for_holders(event, pack, facts, urgent=event.immediate_danger)


def _on_information_requested(event: InformationRequested, pack: Pack, facts: Facts) -> Iterable[PlannedNotice]:
    yield _if_entitled(
        pack,
        PlannedNotice(
            NoticeKind.INFORMATION_REQUESTED,
            event.agency,
            event.request_id,
            urgent=True,
            open_by=policy.open_by(pack, facts.now, event.due_at, facts.rating),
            about_url=event.detail_url,
            due_at=event.due_at,
        ),
    )


def _on_agency_answer(event: _Said, pack: Pack, facts: Facts) -> Iterable[PlannedNotice]:
    """The hub hears what an agency says. It has to be opened while a child may be decided without it, or was.

    That an agency holds nothing is no news once all is decided.
    """
    after = event.when is not AnswerMoment.BEFORE_DECISION
    news = after and getattr(event, "answer", None) is not Answer.NOTHING_HELD
    yield PlannedNotice(
        _OF_AN_ANSWER[type(event)],
        policy.hub_of(pack),
        event.request_id,
        urgent=event.urgent,
        open_by=_opening(pack, facts) if event.urgent or news else None,
        about_url=event.detail_url,
    )
    if news:
        yield from _news_for_holders(event, pack, facts, urgent=event.urgent)


def _on_case_decided(event: CaseDecided, pack: Pack, facts: Facts) -> Iterable[PlannedNotice]:
    """The referrer hears the outcome in the pack's safe sentence; with none that is safe, it is withheld.

    Only the newest decision of a child is said: whatever was said of an earlier one no longer holds.
    """
    feedback = event.referrer_feedback
    unsafe = feedback is None or policy.find_feedback(pack, feedback) is None
    withheld = WithheldReason.NOT_SAFE_TO_SAY if unsafe else None
    planned = PlannedNotice(
        NoticeKind.REFERRAL_DECIDED,
        event.agency,
        event.child_id,
        feedback=None if unsafe else feedback,
        withheld=withheld if facts.newest else WithheldReason.SUPERSEDED,
        replaces=NoticeKind.REFERRAL_DECIDED if facts.newest else None,
    )
    yield _if_entitled(pack, planned)


def _on_handover_offered(event: HandoverOffered, pack: Pack, facts: Facts) -> Iterable[PlannedNotice]:
    yield _if_entitled(
        pack,
        PlannedNotice(
            NoticeKind.HANDOVER_OFFERED,
            event.team,
            event.handover_id,
            urgent=True,
            open_by=policy.open_by(pack, facts.now, event.accept_due_at, facts.rating),
            about_url=event.detail_url,
            due_at=event.accept_due_at,
        ),
    )


def _on_handover_returned(event: HandoverReturned, pack: Pack, facts: Facts) -> Iterable[PlannedNotice]:
    """Nobody has the children now, so somebody of the hub has to open it."""
    yield PlannedNotice(
        NoticeKind.HANDOVER_RETURNED,
        policy.hub_of(pack),
        event.handover_id,
        urgent=True,
        open_by=policy.open_by(pack, facts.now, event.due_at, facts.rating),
        about_url=event.detail_url,
        due_at=event.due_at,
    )


def _on_handover_withdrawn(event: HandoverWithdrawn, pack: Pack, facts: Facts) -> Iterable[PlannedNotice]:
    """The team has nothing left to do; an offer that has not left yet is not sent any more."""
    planned = PlannedNotice(
        NoticeKind.HANDOVER_WITHDRAWN,
        event.team,
        event.handover_id,
        about_url=event.detail_url,
        replaces=NoticeKind.HANDOVER_OFFERED,
    )
    yield _if_entitled(pack, planned)


def _on_handover_superseded(event: HandoverSuperseded, pack: Pack, facts: Facts) -> Iterable[PlannedNotice]:
    """The team works on what no longer holds, so somebody of it has to open this."""
    yield _if_entitled(
        pack,
        PlannedNotice(
            NoticeKind.HANDOVER_SUPERSEDED,
            event.team,
            event.handover_id,
            urgent=True,
            open_by=_opening(pack, facts),
            about_url=event.detail_url,
        ),
    )


def _on_clock_warned(event: ClockWarned, pack: Pack, facts: Facts) -> Iterable[PlannedNotice]:
    due = policy.open_by(pack, facts.now, event.due_at, facts.rating)
    for planned in _of_clock(NoticeKind.CLOCK_WARNED, event, pack):
        yield replace(planned, open_by=due)


def _on_clock_breached(event: ClockBreached, pack: Pack, facts: Facts) -> Iterable[PlannedNotice]:
    due = _opening(pack, facts) or event.due_at
    for planned in _of_clock(NoticeKind.CLOCK_BREACHED, event, pack):
        yield replace(planned, open_by=due, urgent=True)


def _of_clock(kind: NoticeKind, event: ClockEvent, pack: Pack) -> Iterable[PlannedNotice]:
    for recipient, roles in policy.recipients(event.tell, pack).items():
        yield PlannedNotice(
            kind,
            recipient,
            event.clock_id,
            about_url=event.detail_url,
            roles=roles,
            step=event.clock,
            timed_id=event.about_id,
            due_at=event.due_at,
        )


TABLE: Final[Mapping[type[Event], Callable[[Any, Pack, Facts], Iterable[PlannedNotice]]]] = MappingProxyType(
    {
        ReferralReceived: _on_referral_received,
        ReferralSupplemented: _on_referral_supplemented,
        ReferralWithdrawn: _on_referral_withdrawn,
        QuestionAsked: _on_question_asked,
        CaseReopened: _on_case_reopened,
        CaseInformed: _on_case_informed,
        InformationRequested: _on_information_requested,
        InformationAnswered: _on_agency_answer,
        InformationCorrected: _on_agency_answer,
        InformationWithdrawn: _on_agency_answer,
        CaseDecided: _on_case_decided,
        HandoverOffered: _on_handover_offered,
        HandoverReturned: _on_handover_returned,
        HandoverWithdrawn: _on_handover_withdrawn,
        HandoverSuperseded: _on_handover_superseded,
        ClockWarned: _on_clock_warned,
        ClockBreached: _on_clock_breached,
    }
)


def _news_for_holders(
    event: CaseReopened | CaseInformed | _Said, pack: Pack, facts: Facts, *, urgent: bool
) -> Iterable[PlannedNotice]:
    """Each team that accepted children of the case, unless an unopened notice says the same at least as urgently."""
    for team, unread_urgent in facts.holders.items():
        if unread_urgent is None or (urgent and not unread_urgent):
            yield _if_entitled(
                pack,
                PlannedNotice(
                    NoticeKind.ACCEPTED_CASE_NEWS,
                    team,
                    event.case_id,
                    urgent=urgent,
                    open_by=_opening(pack, facts),
                ),
            )


def _if_entitled(pack: Pack, planned: PlannedNotice) -> PlannedNotice:
    """Not being named by the pack outweighs every other reason."""
    if policy.is_entitled(planned.agency, pack):
        return planned
    return PlannedNotice(
        planned.kind,
        planned.agency,
        planned.about_id,
        withheld=WithheldReason.NOT_ENTITLED,
        replaces=planned.replaces,
    )


def _opening(pack: Pack, facts: Facts) -> datetime | None:
    return policy.opening_due_at(pack, facts.now, facts.rating)
