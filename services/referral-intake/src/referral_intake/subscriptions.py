"""What this service reads: how far triage has come, for the sender's status."""

from typing import Final

from chassis.messages import Subscriptions
from contracts.events import CaseClosed, CaseDecided, CaseOpened
from contracts.topics import TRIAGE
from referral_intake.handlers import on_case_closed, on_case_decided, on_case_opened

SUBSCRIPTIONS: Final = Subscriptions(
    topics=(TRIAGE,),
    handlers={
        CaseOpened: on_case_opened,
        CaseDecided: on_case_decided,
        CaseClosed: on_case_closed,
    },
)
