"""What is planned for an event under Wandsworth's pack as it stands."""

from datetime import timedelta
from typing import Any

from notify_examples import NOW, PACKS

from agency_notify import planning
from agency_notify.model import Facts, PlannedNotice
from contracts.events import Event

PACK = PACKS["wandsworth"].as_of(NOW)
SIX_WORKING_HOURS = NOW + timedelta(hours=6)  # from 10:00 on an open Monday


def planned_for(event: Event, **facts: Any) -> tuple[PlannedNotice, ...]:
    """The notices, by what is known of the case."""
    return planning.notices_of(event, PACK, Facts(NOW, **facts))
