"""Clocks that have used a share of their time."""

from datetime import datetime
from typing import Final

from contracts.events import ClockBreached, ClockWarned, Event
from triage.model import DueAlarm

DUE: Final = 1.0


def sound(due: DueAlarm, *, now: datetime) -> Event:
    """Tell people that a step will soon be late, or is. It changes nothing else: what is late stays where it is."""
    facts = {
        "case_id": due.case_id,
        "referral_id": due.referral_id,
        "clock_id": due.clock_id,
        "clock": due.clock,
        "share": due.alarm.share,
        "due_at": due.due_at,
        "tell": due.alarm.tell,
        "policy_version": due.policy_version,
    }
    if due.alarm.share < DUE:
        return ClockWarned(**facts, warned_at=now)
    return ClockBreached(**facts, breached_at=now)
