"""One function per command, read or message: load, decide, record. The caller opens the transaction and commits."""

from triage.handlers.cases import close_case, rate_case, read_case
from triage.handlers.desk import Desk, Recorded, Visit
from triage.handlers.handovers import HandoverFile, accept_handover, offer_handover, read_handover
from triage.handlers.incoming import on_notice_delivered, on_notice_opened, on_notice_queued, on_referral_received
from triage.handlers.information import RequestFile, answer_request, read_request, request_information
from triage.handlers.outcomes import authorise_outcome, recommend_outcome

__all__ = [
    "Desk",
    "HandoverFile",
    "Recorded",
    "RequestFile",
    "Visit",
    "accept_handover",
    "answer_request",
    "authorise_outcome",
    "close_case",
    "offer_handover",
    "on_notice_delivered",
    "on_notice_opened",
    "on_notice_queued",
    "on_referral_received",
    "rate_case",
    "read_case",
    "read_handover",
    "read_request",
    "recommend_outcome",
    "request_information",
]
