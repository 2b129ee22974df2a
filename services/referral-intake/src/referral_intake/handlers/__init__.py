"""The shell: load, decide, record; one function for each command, look and event."""

from referral_intake.handlers.dependencies import Dependencies
from referral_intake.handlers.disposal import (
    approve_destruction,
    destroy,
    get_run,
    leave,
    list_next,
    look_at_item,
    read_certificate,
    read_item,
    review_referral,
)
from referral_intake.handlers.holds import (
    lift_hold,
    place_hold,
    read_holds,
)
from referral_intake.handlers.incoming import (
    on_cases_decided,
    on_handovers_superseded,
    on_question_answered,
    on_question_asked,
    on_steps,
)
from referral_intake.handlers.looks import (
    list_editions,
    look_at_document,
    read_document,
    read_receipt,
    read_status,
)
from referral_intake.handlers.people import asker_of, sender_of
from referral_intake.handlers.supplementing import supplement_referral
from referral_intake.handlers.withdrawing import withdraw_referral

__all__ = [
    "Dependencies",
    "approve_destruction",
    "asker_of",
    "destroy",
    "get_run",
    "leave",
    "lift_hold",
    "list_editions",
    "list_next",
    "look_at_document",
    "look_at_item",
    "on_cases_decided",
    "on_handovers_superseded",
    "on_question_answered",
    "on_question_asked",
    "on_steps",
    "place_hold",
    "read_certificate",
    "read_document",
    "read_holds",
    "read_item",
    "read_receipt",
    "read_status",
    "review_referral",
    "sender_of",
    "supplement_referral",
    "withdraw_referral",
]
