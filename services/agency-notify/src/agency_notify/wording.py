"""What notices say, by e-mail, by webhook and where they are read: codes, references, times, and what to do. Pure.

Nothing here knows a person: no name and nothing about a child can get into a message that leaves.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from agency_notify.model import Late, Notice
from contracts.codes import EscalationReason, NoticeKind
from policy.local_time import moment

WHAT_TO_DO: Final[Mapping[NoticeKind, str]] = {
    NoticeKind.REFERRAL_RECEIVED: "There is nothing you need to do. Follow your referral to see what happens next.",
    NoticeKind.INFORMATION_REQUESTED: "Read the request, and answer it.",
    NoticeKind.REFERRAL_DECIDED: "Follow your referral to see what was decided.",
    NoticeKind.REFERRAL_SUPPLEMENTED: "Read what was added, and see if it changes what is needed.",
    NoticeKind.REFERRAL_WITHDRAWN: "Read why. Every child still needs a decision.",
    NoticeKind.QUESTION_ASKED: "Read the question, and answer it by adding to your referral.",
    NoticeKind.CASE_REOPENED: "Read what is new in the case, then decide or close it again.",
    NoticeKind.HANDOVER_OFFERED: "Read the handover, and accept it or say why you cannot.",
    NoticeKind.CLOCK_WARNED: "See which step needs attention.",
    NoticeKind.CLOCK_BREACHED: "See which step is late, and act on it.",
    NoticeKind.INFORMATION_ANSWERED: "Read the answer, and see if it changes what is needed.",
    NoticeKind.INFORMATION_CORRECTED: "Read the new answer, and see if it changes what is needed.",
    NoticeKind.INFORMATION_WITHDRAWN: "Read why. Do not rely on the earlier answer.",
    NoticeKind.HANDOVER_RETURNED: "Read why, then offer the children to a team or decide again.",
    NoticeKind.HANDOVER_WITHDRAWN: "There is nothing you need to do. See which offer is meant.",
    NoticeKind.HANDOVER_SUPERSEDED: "Agree with the front door team what happens next.",
    NoticeKind.ACCEPTED_CASE_NEWS: "Ask the front door team what is new and what it changes.",
    NoticeKind.NOTICE_UNOPENED: "See that somebody acts on it now, and acknowledge this notice.",
    NoticeKind.NOTICE_UNDELIVERED: "Reach them another way, and acknowledge this notice.",
}
"""Said by e-mail and where the notice is read."""
_OPEN: Final = "Open the notice:"
TEST_TYPE: Final = "endpoint.test"
"""The type of a webhook that is a test; no notice has it."""
TEST_SUBJECT: Final = "Test: notices from the front door team arrive here"
TEST_TEXT: Final = (
    "This is a test. It is about no child and no referral, and there is nothing you need to do.\n\n"
    "It was sent to see that notices of the front door team reach this mailbox.\n"
)
NO_LONGER_HOLDS: Final = "What this notice said no longer holds. Read the newer notice, or ask the front door team."
_SIGN_IN: Final = "You need to sign in to read it. This message does not say who it is about, to keep the child safe."
_HAPPENED: Final[Mapping[EscalationReason, str]] = {
    EscalationReason.UNOPENED: "has not been opened",
    EscalationReason.UNDELIVERED: "could not be delivered by any channel",
}


def email_text(notice: Notice, late: Late | None, *, url: str) -> str:
    """The body of an e-mail: the reference, what happened, what to do, and where."""
    said = " ".join((f"{notice.kind.label}.", *facts(notice, late)))
    return "\n\n".join((f"Reference: {notice.reference}", said, WHAT_TO_DO[notice.kind], _OPEN, url, _SIGN_IN)) + "\n"


def webhook_data(notice: Notice, late: Late | None, *, url: str) -> dict[str, Any]:
    """The data of a webhook: that there is a notice, which, and where to read it. Staff also get what is late."""
    data: dict[str, Any] = {
        "notice_id": str(notice.notice_id),
        "kind": str(notice.kind),
        "agency": notice.agency,
        "reference": notice.reference,
        "detail_url": url,
    }
    if notice.roles:
        data |= {"roles": list(notice.roles), "step": notice.step, "due_at": _iso(notice.due_at)}
    if late is not None:
        data["late"] = {
            "notice_id": str(late.notice_id),
            "kind": str(late.kind),
            "agency": late.agency,
            "reason": str(late.reason),
            "since": late.queued_at.isoformat(),
        }
    return data


def facts(notice: Notice, late: Late | None) -> Iterable[str]:
    """What happened since when, and by when it is due, in sentences; nothing for a notice that speaks for itself."""
    if late is not None:
        to = late.name or late.agency
        yield f'"{late.kind.label}", sent to {to} on {moment(late.queued_at)}, {_HAPPENED[late.reason]}.'
    if notice.step is not None and notice.due_at is not None:
        yield f"The step is {notice.step.replace('-', ' ')}, due on {moment(notice.due_at)}."
    elif late is not None and notice.due_at is not None:
        yield f"What it asks for is due on {moment(notice.due_at)}."
    if late is not None and notice.open_by is not None:
        yield f"Until somebody acknowledges this, the next person is notified on {moment(notice.open_by)}."


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
