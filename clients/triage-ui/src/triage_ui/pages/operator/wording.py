"""What the operator's pages call stages, channels, failures and what was done; pure."""

from collections.abc import Mapping
from typing import Final

from contracts.codes import DeliveryFailure
from triage_ui.services.endpoints import AnswerView, EndpointTestView
from triage_ui.shell.formats import count, short_moment

STAGES: Final[Mapping[str, tuple[str, str, str]]] = {
    "accepted": ("Accepted", "not in triage yet", "accepted"),
    "in-triage": ("In triage", "open", "closed"),
    "notices": ("Notices", "queued, not delivered yet", "delivered"),
    "logged": ("Logged", "not in the log yet", "logged"),
}
"""The name of a stage, what is said of those that are in it, and of those that passed it."""
_CHANNELS: Final = {"webhook": "Webhook", "e-mail": "E-mail"}
_TESTS: Final = {
    "waiting": "is being sent. Look again in a moment",
    "answered": "was taken",
    "failed": "failed",
    "unfinished": "was not sent: no worker of agency-notify made it in time",
}
DONE: Final[Mapping[str, str]] = {
    "release-message": "Release is asked. The reader of the message tries it in a moment: look again.",
    "discard-message": "Discard is asked. The reader of the message carries it out in a moment: look again.",
    "resume-reading": "The service reads on. Look again in a moment to see whether it halts again.",
    "send-test": "The test notice is being sent. Look again in a moment to see what came of it.",
}


def done(act: str, number: str) -> str | None:
    """What the page says of an act that led to it."""
    if act in ("release-many", "discard-many") and number.isdigit():
        what = "Release" if act == "release-many" else "Discard"
        return f"{what} is asked for {count(int(number[:9]), 'message')}. It is carried out in a moment: look again."
    return DONE.get(act)


def channel(code: str) -> str:
    """A channel."""
    return _CHANNELS.get(code, code)


def failure(code: str | None, status: int | None) -> str:
    """Why something was not taken, with the receiver's code."""
    known = {one.value: one.label for one in DeliveryFailure}
    said = known.get(code or "", code or "Taken")
    return f"{said} ({status})" if status is not None else said


def answer(one: AnswerView) -> str:
    """One answer of an endpoint, in a line."""
    what = "test notice" if one.is_test else "notice"
    return f"{short_moment(one.at)}: {what}, {failure(one.failure, one.status).lower()}"


def test(one: EndpointTestView) -> str:
    """How the newest test of an endpoint stands."""
    why = f": {failure(one.failure, one.status).lower()}" if one.failure else ""
    return f"Test of {short_moment(one.asked_at)} {_TESTS.get(one.state, one.state)}{why}"
