"""Every event that crosses a service boundary, by owner, and the registry that finds one by its wire type."""

from collections.abc import Mapping
from types import MappingProxyType

from contracts.events.access import AccessDenied, RecordAccessed
from contracts.events.base import Event
from contracts.events.notice import (
    NoticeAcknowledged,
    NoticeDelivered,
    NoticeEscalated,
    NoticeFailed,
    NoticeOpened,
    NoticeQueued,
    NoticeWithheld,
)
from contracts.events.parked import ParkedDiscarded, ParkedReleased
from contracts.events.referral import ChildReference, ReferralReceived
from contracts.events.triage import (
    CaseClosed,
    CaseDecided,
    CaseOpened,
    CaseRated,
    CaseRecommended,
    CaseReturned,
    ClockBreached,
    ClockWarned,
    HandoverAccepted,
    HandoverOffered,
    InformationAnswered,
    InformationRequested,
)

EVENTS: Mapping[str, type[Event]] = MappingProxyType(
    {
        event.TYPE: event
        for event in (
            ReferralReceived,
            CaseOpened,
            CaseRated,
            InformationRequested,
            InformationAnswered,
            CaseRecommended,
            CaseReturned,
            CaseDecided,
            HandoverOffered,
            HandoverAccepted,
            CaseClosed,
            ClockWarned,
            ClockBreached,
            NoticeQueued,
            NoticeWithheld,
            NoticeDelivered,
            NoticeOpened,
            NoticeAcknowledged,
            NoticeFailed,
            NoticeEscalated,
            RecordAccessed,
            AccessDenied,
            ParkedReleased,
            ParkedDiscarded,
        )
    }
)

__all__ = [
    "EVENTS",
    "AccessDenied",
    "CaseClosed",
    "CaseDecided",
    "CaseOpened",
    "CaseRated",
    "CaseRecommended",
    "CaseReturned",
    "ChildReference",
    "ClockBreached",
    "ClockWarned",
    "Event",
    "HandoverAccepted",
    "HandoverOffered",
    "InformationAnswered",
    "InformationRequested",
    "NoticeAcknowledged",
    "NoticeDelivered",
    "NoticeEscalated",
    "NoticeFailed",
    "NoticeOpened",
    "NoticeQueued",
    "NoticeWithheld",
    "ParkedDiscarded",
    "ParkedReleased",
    "RecordAccessed",
    "ReferralReceived",
]
