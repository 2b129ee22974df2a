"""The rules of a case: facts and the time in, events out. Nothing here does I/O."""

from triage.decide.alarms import ended_at, ends_wait, sound
from triage.decide.cases import check_version, close_case, decision_due_at, open_case, rate
from triage.decide.handovers import accept_handover, find_handover, offer_handover
from triage.decide.information import answer_request, find_request, request_information
from triage.decide.news import (
    ask_sender,
    find_question,
    inform,
    more_urgent,
    needs_decision_clock,
    supplement,
    withdraw,
)
from triage.decide.outcomes import authorise, get_recommendation, recommend

__all__ = [
    "accept_handover",
    "answer_request",
    "ask_sender",
    "authorise",
    "check_version",
    "close_case",
    "decision_due_at",
    "ended_at",
    "ends_wait",
    "find_handover",
    "find_question",
    "find_request",
    "get_recommendation",
    "inform",
    "more_urgent",
    "needs_decision_clock",
    "offer_handover",
    "open_case",
    "rate",
    "recommend",
    "request_information",
    "sound",
    "supplement",
    "withdraw",
]
