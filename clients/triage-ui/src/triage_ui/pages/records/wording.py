"""What records officers' pages call states, reasons to keep, and holds; pure."""

from collections.abc import Mapping
from typing import Final

from triage_ui.shell.formats import count, said

ITEM_STATES: Final[Mapping[str, str]] = {
    "to-review": "To be reviewed",
    "to-approve": "To be approved by somebody who did not review it",
    "approved": "Approved, destroyed soon",
    "destroyed": "Destroyed",
    "kept": "Kept for longer",
    "held": "Left as it is: held",
    "changed": "Left as it is: it changed after the review",
    "not-due": "Left as it is: its time is not over",
    "altered": "Left as it is: the document is not what was sealed",
    "refused": "Left as it is: it could not be destroyed",
}
COUNTED_FROM: Final[Mapping[str, str]] = {
    "year-of-last-change": "The last change",
    "last-contact": "The last contact",
    "eighteenth-birthday": "A child's eighteenth birthday",
}
DONE: Final[Mapping[str, str]] = {
    "open-run": "The run is opened. Its list is being made; open the run in a moment.",
    "review-record": "Your review is recorded.",
    "approve-destruction": "The destruction is approved. It is carried out soon, after everything is asked again.",
    "lift-hold": "The hold is lifted from all its referrals.",
    "lift-hold-here": "The hold is lifted from this referral.",
}


def state(code: str) -> str:
    """A state of a referral in a run."""
    return said(code, ITEM_STATES)


def placed(held: int, not_found: str, destroyed: str) -> str:
    """What a hold was placed on; what it was not is named by the lines of the list that was sent."""
    parts = [f"The hold stands on {count(held, 'referral')}."]
    for numbers, why in (
        (not_found, "no referral of yours has that reference"),
        (destroyed, "its content is destroyed"),
    ):
        if numbers:
            parts.append(f"Not held, because {why}: {_lines(numbers)} of your list.")
    return " ".join(parts)


def lines_of(pointers: tuple[str, ...]) -> str:
    """``1.4`` for the first and the fourth line, of pointers such as ``/references/0``."""
    return ".".join(str(int(pointer.rpartition("/")[2]) + 1) for pointer in pointers)


def _lines(numbers: str) -> str:
    known = [one for one in numbers.split(".") if one.isdigit()]
    return f"{'line' if len(known) == 1 else 'lines'} {', '.join(known)}"
