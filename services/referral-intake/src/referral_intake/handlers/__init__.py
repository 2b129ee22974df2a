"""The shell: load, decide, record; one function for each command, look and event."""

from referral_intake.handlers.accepting import accept, submit_referral
from referral_intake.handlers.desk import Desk
from referral_intake.handlers.incoming import on_case_closed, on_case_decided, on_case_opened
from referral_intake.handlers.looks import read_document, read_status

__all__ = [
    "Desk",
    "accept",
    "on_case_closed",
    "on_case_decided",
    "on_case_opened",
    "read_document",
    "read_status",
    "submit_referral",
]
