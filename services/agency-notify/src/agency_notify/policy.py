"""Who is told what: the table from events to notices, by the partnership's pack. Pure."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from agency_notify.model import Telling
from contracts.codes import Channel, NoticeKind, WithheldReason
from contracts.events import (
    CaseDecided,
    CaseReopened,
    ClockBreached,
    ClockWarned,
    Event,
    HandoverOffered,
    InformationRequested,
    NoticeOpened,
    QuestionAsked,
    ReferralReceived,
    ReferralSupplemented,
    ReferralWithdrawn,
)
from policy.clocks import Clock
from policy.pack import NoSuchRule, Pack
from policy.rules import Agency, Team

LAST_RESORT_ROLE: Final = "mash-manager"


def notices_of(event: Event, pack: Pack, *, now: datetime) -> tuple[Telling, ...]:
    """What an event makes us tell, to whom, or withhold and why; nothing for an event that concerns nobody.

    ``pack`` is the one in force at ``now``.
    """
    rule = TABLE.get(type(event))
    return tuple(rule(event, pack, now)) if rule else ()


def is_entitled(agency: str, pack: Pack) -> bool:
    """Whether the pack names an agency or team; asked when a notice is queued and again when it is sent."""
    return pack.find_agency(agency) is not None or any(team.code == agency for team in pack.teams)


def promised_channels(agency: str, pack: Pack) -> tuple[Channel, ...]:
    """The channels the pack names for an agency or team, whether or not an endpoint was set."""
    bodies: tuple[Agency | Team, ...] = (*pack.agencies, *pack.teams)
    return tuple(named.channel for body in bodies if body.code == agency for named in body.channels)


def find_feedback(pack: Pack, key: str) -> str | None:
    """The sentence for a referrer that the pack calls safe."""
    try:
        return pack.feedback_text(key)
    except NoSuchRule:
        return None


def hub_of(pack: Pack) -> str:
    """The agency code of the partnership's own front door, which staff roles are told through."""
    return f"{pack.partnership}-mash"


def escalation_role(pack: Pack) -> str:
    """Who is told that a notice was not taken or not opened in time."""
    clock = _opening_clock(pack)
    if clock is None:
        return LAST_RESORT_ROLE
    return next((step.tell[0] for step in clock.warn_at if step.share >= 1), LAST_RESORT_ROLE)


def _on_referral_received(event: ReferralReceived, pack: Pack, now: datetime) -> Iterable[Telling]:
    yield _tell_if_entitled(pack, Telling(NoticeKind.REFERRAL_RECEIVED, event.agency, event.referral_id))


def _on_referral_supplemented(event: ReferralSupplemented, pack: Pack, now: datetime) -> Iterable[Telling]:
    """The hub hears at once that its sender told more; somebody opens it in time when a child is in danger now."""
    yield Telling(
        NoticeKind.REFERRAL_SUPPLEMENTED,
        hub_of(pack),
        event.supplement_id,
        urgent=event.immediate_danger,
        open_by=_opening_due_at(pack, now) if event.immediate_danger else None,
        about_url=event.detail_url,
    )


def _on_referral_withdrawn(event: ReferralWithdrawn, pack: Pack, now: datetime) -> Iterable[Telling]:
    yield Telling(NoticeKind.REFERRAL_WITHDRAWN, hub_of(pack), event.referral_id, about_url=event.detail_url)


def _on_question_asked(event: QuestionAsked, pack: Pack, now: datetime) -> Iterable[Telling]:
    yield _tell_if_entitled(
        pack,
        Telling(
            NoticeKind.QUESTION_ASKED,
            event.agency,
            event.question_id,
            urgent=True,
            open_by=_open_by(pack, now, event.due_at),
            about_url=event.detail_url,
        ),
    )


def _on_case_reopened(event: CaseReopened, pack: Pack, now: datetime) -> Iterable[Telling]:
    """Nobody works on a closed case, so somebody has to open this notice whatever the news is."""
    yield Telling(
        NoticeKind.CASE_REOPENED,
        hub_of(pack),
        event.case_id,
        urgent=event.immediate_danger,
        open_by=_open_by(pack, now, event.decision_due_at),
    )


def _on_information_requested(event: InformationRequested, pack: Pack, now: datetime) -> Iterable[Telling]:
    yield _tell_if_entitled(
        pack,
        Telling(
            NoticeKind.INFORMATION_REQUESTED,
            event.agency,
            event.request_id,
            urgent=True,
            open_by=_open_by(pack, now, event.due_at),
            about_url=event.detail_url,
        ),
    )


def _on_case_decided(event: CaseDecided, pack: Pack, now: datetime) -> Iterable[Telling]:
    """The referrer hears the outcome in the pack's safe sentence; with none that is safe, it is withheld."""
    feedback = event.referrer_feedback
    unsafe = feedback is None or find_feedback(pack, feedback) is None
    yield _tell_if_entitled(
        pack,
        Telling(
            NoticeKind.REFERRAL_DECIDED,
            event.agency,
            event.child_id,
            feedback=None if unsafe else feedback,
            withheld=WithheldReason.NOT_SAFE_TO_SAY if unsafe else None,
        ),
    )


def _on_handover_offered(event: HandoverOffered, pack: Pack, now: datetime) -> Iterable[Telling]:
    yield _tell_if_entitled(
        pack,
        Telling(
            NoticeKind.HANDOVER_OFFERED,
            event.team,
            event.handover_id,
            urgent=True,
            open_by=_open_by(pack, now, event.accept_due_at),
            about_url=event.detail_url,
        ),
    )


def _on_clock_warned(event: ClockWarned, pack: Pack, now: datetime) -> Iterable[Telling]:
    for recipient, roles in _recipients(event.tell, pack).items():
        yield Telling(NoticeKind.CLOCK_WARNED, recipient, event.clock_id, roles=roles)


def _on_clock_breached(event: ClockBreached, pack: Pack, now: datetime) -> Iterable[Telling]:
    for recipient, roles in _recipients(event.tell, pack).items():
        yield Telling(NoticeKind.CLOCK_BREACHED, recipient, event.clock_id, urgent=True, roles=roles)


TABLE: Final[Mapping[type[Event], Callable[[Any, Pack, datetime], Iterable[Telling]]]] = MappingProxyType(
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


def _tell_if_entitled(pack: Pack, telling: Telling) -> Telling:
    """Not being named by the pack outweighs every other reason."""
    if is_entitled(telling.agency, pack):
        return telling
    return Telling(telling.kind, telling.agency, telling.about_id, withheld=WithheldReason.NOT_ENTITLED)


def _recipients(tell: Iterable[str], pack: Pack) -> dict[str, tuple[str, ...]]:
    """Each recipient once, with the roles meant: whoever bears the code, a team that has the role, else the hub."""
    found: dict[str, tuple[str, ...]] = {}
    for name in tell:
        if is_entitled(name, pack):
            found.setdefault(name, ())
            continue
        for recipient in [team.code for team in pack.teams if team.role == name] or [hub_of(pack)]:
            found[recipient] = (*found.get(recipient, ()), name)
    return found


def _open_by(pack: Pack, now: datetime, due_at: datetime) -> datetime:
    """When an unopened notice is escalated: by the pack's clock, and never later than the step itself is due."""
    opening = _opening_due_at(pack, now)
    return due_at if opening is None else min(due_at, opening)


def _opening_due_at(pack: Pack, now: datetime) -> datetime | None:
    clock = _opening_clock(pack)
    return None if clock is None else clock.due_at(pack.calendar, now)


def _opening_clock(pack: Pack) -> Clock | None:
    return next((clock for clock in pack.clocks if clock.stops == NoticeOpened.TYPE), None)
