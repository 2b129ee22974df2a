"""Who gets a notice of what: the table from events to notices, by the partnership's pack. Pure."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from agency_notify import policy
from agency_notify.model import PlannedNotice
from contracts.codes import NoticeKind, WithheldReason
from contracts.events import (
    CaseDecided,
    CaseReopened,
    ClockBreached,
    ClockWarned,
    Event,
    HandoverOffered,
    InformationRequested,
    QuestionAsked,
    ReferralReceived,
    ReferralSupplemented,
    ReferralWithdrawn,
)
from policy.pack import Pack


def notices_of(event: Event, pack: Pack, *, now: datetime) -> tuple[PlannedNotice, ...]:
    """The notices that an event leads to, each for one recipient, some withheld; none for what concerns nobody.

    ``pack`` is the one in force at ``now``.
    """
    rule = TABLE.get(type(event))
    return tuple(rule(event, pack, now)) if rule else ()


def _on_referral_received(event: ReferralReceived, pack: Pack, now: datetime) -> Iterable[PlannedNotice]:
    yield _if_entitled(pack, PlannedNotice(NoticeKind.REFERRAL_RECEIVED, event.agency, event.referral_id))


def _on_referral_supplemented(event: ReferralSupplemented, pack: Pack, now: datetime) -> Iterable[PlannedNotice]:
    """The hub hears at once that its sender told more; somebody opens it in time when a child is in danger now."""
    yield PlannedNotice(
        NoticeKind.REFERRAL_SUPPLEMENTED,
        policy.hub_of(pack),
        event.supplement_id,
        urgent=event.immediate_danger,
        open_by=policy.opening_due_at(pack, now) if event.immediate_danger else None,
        about_url=event.detail_url,
    )


def _on_referral_withdrawn(event: ReferralWithdrawn, pack: Pack, now: datetime) -> Iterable[PlannedNotice]:
    yield PlannedNotice(
        NoticeKind.REFERRAL_WITHDRAWN, policy.hub_of(pack), event.referral_id, about_url=event.detail_url
    )


def _on_question_asked(event: QuestionAsked, pack: Pack, now: datetime) -> Iterable[PlannedNotice]:
    yield _if_entitled(
        pack,
        PlannedNotice(
            NoticeKind.QUESTION_ASKED,
            event.agency,
            event.question_id,
            urgent=True,
            open_by=policy.open_by(pack, now, event.due_at),
            about_url=event.detail_url,
        ),
    )


def _on_case_reopened(event: CaseReopened, pack: Pack, now: datetime) -> Iterable[PlannedNotice]:
    """Nobody works on a closed case, so somebody has to open this notice whatever the news is."""
    yield PlannedNotice(
        NoticeKind.CASE_REOPENED,
        policy.hub_of(pack),
        event.case_id,
        urgent=event.immediate_danger,
        open_by=policy.open_by(pack, now, event.decision_due_at),
    )


def _on_information_requested(event: InformationRequested, pack: Pack, now: datetime) -> Iterable[PlannedNotice]:
    yield _if_entitled(
        pack,
        PlannedNotice(
            NoticeKind.INFORMATION_REQUESTED,
            event.agency,
            event.request_id,
            urgent=True,
            open_by=policy.open_by(pack, now, event.due_at),
            about_url=event.detail_url,
        ),
    )


def _on_case_decided(event: CaseDecided, pack: Pack, now: datetime) -> Iterable[PlannedNotice]:
    """The referrer hears the outcome in the pack's safe sentence; with none that is safe, it is withheld."""
    feedback = event.referrer_feedback
    unsafe = feedback is None or policy.find_feedback(pack, feedback) is None
    yield _if_entitled(
        pack,
        PlannedNotice(
            NoticeKind.REFERRAL_DECIDED,
            event.agency,
            event.child_id,
            feedback=None if unsafe else feedback,
            withheld=WithheldReason.NOT_SAFE_TO_SAY if unsafe else None,
        ),
    )


def _on_handover_offered(event: HandoverOffered, pack: Pack, now: datetime) -> Iterable[PlannedNotice]:
    yield _if_entitled(
        pack,
        PlannedNotice(
            NoticeKind.HANDOVER_OFFERED,
            event.team,
            event.handover_id,
            urgent=True,
            open_by=policy.open_by(pack, now, event.accept_due_at),
            about_url=event.detail_url,
        ),
    )


def _on_clock_warned(event: ClockWarned, pack: Pack, now: datetime) -> Iterable[PlannedNotice]:
    for recipient, roles in policy.recipients(event.tell, pack).items():
        yield PlannedNotice(NoticeKind.CLOCK_WARNED, recipient, event.clock_id, roles=roles)


def _on_clock_breached(event: ClockBreached, pack: Pack, now: datetime) -> Iterable[PlannedNotice]:
    for recipient, roles in policy.recipients(event.tell, pack).items():
        yield PlannedNotice(NoticeKind.CLOCK_BREACHED, recipient, event.clock_id, urgent=True, roles=roles)


TABLE: Final[Mapping[type[Event], Callable[[Any, Pack, datetime], Iterable[PlannedNotice]]]] = MappingProxyType(
    {
        ReferralReceived: _on_referral_received,
        ReferralSupplemented: _on_referral_supplemented,
        ReferralWithdrawn: _on_referral_withdrawn,
        QuestionAsked: _on_question_asked,
        CaseReopened: _on_case_reopened,
        InformationRequested: _on_information_requested,
        CaseDecided: _on_case_decided,
        HandoverOffered: _on_handover_offered,
        ClockWarned: _on_clock_warned,
        ClockBreached: _on_clock_breached,
    }
)


def _if_entitled(pack: Pack, planned: PlannedNotice) -> PlannedNotice:
    """Not being named by the pack outweighs every other reason."""
    if policy.is_entitled(planned.agency, pack):
        return planned
    return PlannedNotice(planned.kind, planned.agency, planned.about_id, withheld=WithheldReason.NOT_ENTITLED)
