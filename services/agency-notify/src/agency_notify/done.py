"""What an event makes an end of: notices whose matter is done, so that nobody is chased for opening them. Pure."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from contracts.codes import NoticeKind
from contracts.events import (
    CaseClosed,
    CaseDecided,
    CaseRated,
    CaseRecommended,
    Event,
    HandoverAccepted,
    HandoverOffered,
    HandoverReturned,
    HandoverWithdrawn,
    InformationAnswered,
    QuestionAnswered,
)
from policy.pack import Pack

ASKING: Final = frozenset({NoticeKind.INFORMATION_REQUESTED, NoticeKind.QUESTION_ASKED, NoticeKind.HANDOVER_OFFERED})
"""Notices that ask somebody for something: done once it is given."""

CLOCKS: Final = frozenset({NoticeKind.CLOCK_WARNED, NoticeKind.CLOCK_BREACHED})

NEWS: Final = frozenset(
    {
        NoticeKind.REFERRAL_SUPPLEMENTED,
        NoticeKind.REFERRAL_WITHDRAWN,
        NoticeKind.CASE_REOPENED,
        NoticeKind.INFORMATION_ANSWERED,
        NoticeKind.INFORMATION_CORRECTED,
        NoticeKind.INFORMATION_WITHDRAWN,
        NoticeKind.HANDOVER_RETURNED,
    }
)
"""Notices of news to the hub. Triage lets nobody act on a case without having seen its news: acting ends them."""


@dataclass(frozen=True)
class Done:
    """Which notices of a referral an event makes an end of.

    Those of ``ASKING`` about one of ``ids``, those of the clocks ``steps`` that time one of ``ids``, all of ``kinds``.
    """

    ids: frozenset[UUID] = frozenset()
    steps: frozenset[str] = frozenset()
    kinds: frozenset[NoticeKind] = frozenset()


def done_by(event: Event, pack: Pack) -> Done | None:
    """What an event makes an end of; None for nothing. A closed case leaves nothing for triage or agencies to do."""
    if isinstance(event, CaseClosed):
        return Done(kinds=ASKING | CLOCKS | NEWS)
    given = _given(event)
    ids = frozenset({given} if given is not None else ())
    kinds = NEWS if isinstance(event, CaseRecommended | CaseDecided | HandoverOffered) else frozenset()
    return Done(ids, _stopped(event, pack), kinds) if ids or kinds else None


def _stopped(event: Event, pack: Pack) -> frozenset[str]:
    """A case is timed by several clocks, each stopped by its own event; everything else ends with what it is about.

    The clock of offering children is stopped by no single event: what it timed is chased until the case is closed.
    """
    of_case = isinstance(event, CaseRated | CaseDecided)
    return frozenset(clock.name for clock in pack.clocks if not of_case or clock.stops == event.TYPE)


def _given(event: Event) -> UUID | None:
    """The case, request, question or handover that nobody waits for any more."""
    match event:
        case CaseRated() | CaseDecided(all_children_decided=True):
            return event.case_id
        case InformationAnswered():
            return event.request_id
        case QuestionAnswered():
            return event.question_id
        case HandoverAccepted() | HandoverReturned() | HandoverWithdrawn():
            return event.handover_id
        case _:
            return None
