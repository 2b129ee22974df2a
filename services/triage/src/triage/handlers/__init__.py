"""One function per command, read or message: load, decide, record. The caller opens the transaction and commits."""

from triage.handlers.assignments import RowResult, assign_case, assign_cases, claim_case, unassign_case
from triage.handlers.cases import close_case, rate_case, read_case
from triage.handlers.dependencies import Dependencies, Recorded, Visit
from triage.handlers.handovers import (
    HandoverFile,
    accept_handover,
    offer_handover,
    read_handover,
    return_handover,
    take_back_offer,
)
from triage.handlers.incoming import (
    on_notices_delivered,
    on_notices_opened,
    on_notices_queued,
    on_referrals_received,
)
from triage.handlers.information import (
    RequestFile,
    answer_request,
    correct_answer,
    read_request,
    request_information,
    withdraw_answer,
)
from triage.handlers.news import on_news
from triage.handlers.outcomes import authorise_outcome, recommend_outcome
from triage.handlers.questions import QuestionFile, ask_sender, read_question
from triage.handlers.queue import QueueFile, list_workers, note_visit, read_queue

__all__ = [
    "Dependencies",
    "HandoverFile",
    "QuestionFile",
    "QueueFile",
    "Recorded",
    "RequestFile",
    "RowResult",
    "Visit",
    "accept_handover",
    "answer_request",
    "ask_sender",
    "assign_case",
    "assign_cases",
    "authorise_outcome",
    "claim_case",
    "close_case",
    "correct_answer",
    "list_workers",
    "note_visit",
    "offer_handover",
    "on_news",
    "on_notices_delivered",
    "on_notices_opened",
    "on_notices_queued",
    "on_referrals_received",
    "rate_case",
    "read_case",
    "read_handover",
    "read_question",
    "read_queue",
    "read_request",
    "recommend_outcome",
    "request_information",
    "return_handover",
    "take_back_offer",
    "unassign_case",
    "withdraw_answer",
]
