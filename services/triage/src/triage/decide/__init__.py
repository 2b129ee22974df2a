"""The rules of a case: facts and the time in, events out. Nothing here does I/O."""

from triage.decide.alarms import ended_at, ends_every_wait, ends_wait, sound
from triage.decide.assignments import assign, check_assignment_seen, claim, unassign
from triage.decide.cases import check_version, close_by_itself, close_case, decision_due_at, open_case, rate
from triage.decide.handovers import (
    accept_handover,
    find_handover,
    needs_offer_clock,
    news_of_return,
    offer_handover,
    return_handover,
    take_back_offer,
)
from triage.decide.information import (
    Said,
    answer_request,
    correct_answer,
    find_request,
    news_of,
    request_information,
    withdraw_answer,
)
from triage.decide.news import (
    ask_sender,
    find_question,
    inform,
    needs_decision_clock,
    reopen,
    standing_children,
    supplement,
    withdraw,
)
from triage.decide.offered_acts import offered_acts
from triage.decide.outcomes import authorise, follow_handovers, get_recommendation, recommend

__all__ = [
    "Said",
    "accept_handover",
    "answer_request",
    "ask_sender",
    "assign",
    "authorise",
    "check_assignment_seen",
    "check_version",
    "claim",
    "close_by_itself",
    "close_case",
    "correct_answer",
    "decision_due_at",
    "ended_at",
    "ends_every_wait",
    "ends_wait",
    "find_handover",
    "find_question",
    "find_request",
    "follow_handovers",
    "get_recommendation",
    "inform",
    "needs_decision_clock",
    "needs_offer_clock",
    "news_of",
    "news_of_return",
    "offer_handover",
    "offered_acts",
    "open_case",
    "rate",
    "recommend",
    "reopen",
    "request_information",
    "return_handover",
    "sound",
    "standing_children",
    "supplement",
    "take_back_offer",
    "unassign",
    "withdraw",
    "withdraw_answer",
]
