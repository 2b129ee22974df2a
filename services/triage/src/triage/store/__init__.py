"""All SQL of this service. Nothing here commits."""

from triage.store.cases import (
    add_children,
    advance,
    find_case,
    find_case_id,
    get_background,
    load_ratings,
    lock_case,
    record_background,
    record_closed,
    record_due,
    record_opened,
    record_rated,
    record_reopened,
)
from triage.store.clocks import (
    load_due_alarms,
    lock_cases_with_due_alarms,
    record_sounded,
    retime_clock,
    start_clock,
    stop_clocks,
    stop_every_clock,
)
from triage.store.handovers import find_case_of_handover, record_accepted, record_offered
from triage.store.news import (
    find_case_of_question,
    list_open_questions,
    record_asked,
    record_news,
    record_question_answered,
    record_seen,
)
from triage.store.notices import load_tellings
from triage.store.outcomes import record_decided, record_recommended, record_returned
from triage.store.queue import Filter, list_queue
from triage.store.requests import find_case_of_request, list_requests, record_answered, record_requested

__all__ = [
    "Filter",
    "add_children",
    "advance",
    "find_case",
    "find_case_id",
    "find_case_of_handover",
    "find_case_of_question",
    "find_case_of_request",
    "get_background",
    "list_open_questions",
    "list_queue",
    "list_requests",
    "load_due_alarms",
    "load_ratings",
    "load_tellings",
    "lock_case",
    "lock_cases_with_due_alarms",
    "record_accepted",
    "record_answered",
    "record_asked",
    "record_background",
    "record_closed",
    "record_decided",
    "record_due",
    "record_news",
    "record_offered",
    "record_opened",
    "record_question_answered",
    "record_rated",
    "record_recommended",
    "record_reopened",
    "record_requested",
    "record_returned",
    "record_seen",
    "record_sounded",
    "retime_clock",
    "start_clock",
    "stop_clocks",
    "stop_every_clock",
]
