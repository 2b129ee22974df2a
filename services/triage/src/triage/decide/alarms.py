"""Clocks that have used a share of their time."""

from datetime import datetime
from typing import Final
from uuid import UUID

from contracts.events import (
    CaseDecided,
    CaseRated,
    ClockBreached,
    ClockWarned,
    Event,
    HandoverAccepted,
    HandoverReturned,
    HandoverWithdrawn,
    InformationAnswered,
    QuestionAnswered,
)
from triage.model import Addresses, DueAlarm

DUE: Final = 1.0


def sound(due: DueAlarm, *, addresses: Addresses, now: datetime) -> Event:
    """People are notified that a step will soon be late, or is. What is late stays where it is."""
    facts = {
        "case_id": due.case_id,
        "referral_id": due.referral_id,
        "clock_id": due.clock_id,
        "clock": due.clock,
        "share": due.alarm.share,
        "due_at": due.due_at,
        "tell": due.alarm.tell,
        "policy_version": due.policy_version,
        "about_id": due.about_id,
        "detail_url": addresses.case(due.case_id),
    }
    if due.alarm.share < DUE:
        return ClockWarned(**facts, warned_at=now)
    return ClockBreached(**facts, breached_at=now)


def ends_wait(event: Event) -> UUID | None:
    """The case, request, question or handover whose clocks an event may stop: those that the pack stops at its type.

    The decision clock waits for the last child. A closed case stops every clock, whatever it waits for.
    """
    match event:
        case CaseRated():
            return event.case_id
        case CaseDecided(all_children_decided=True):
            return event.case_id
        case InformationAnswered():
            return event.request_id
        case QuestionAnswered():
            return event.question_id
        case HandoverAccepted():
            return event.handover_id
        case _:
            return None


def ends_every_wait(event: Event) -> UUID | None:
    """The handover that is no longer offered: nobody is chased for it, whatever its clocks waited for."""
    return event.handover_id if isinstance(event, HandoverReturned | HandoverWithdrawn) else None


def ended_at(event: Event, *, now: datetime) -> datetime:
    """When what a clock waited for happened: for an answer of the sender its receipt, however late it gets here."""
    return event.answered_at if isinstance(event, QuestionAnswered) else now
