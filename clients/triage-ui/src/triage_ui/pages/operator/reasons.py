"""The reason that every act of an operator needs; it is kept with what is done."""

from typing import Final

from triage_ui.acts.act import Mistakes, Row
from triage_ui.drafts.model import Draft

LEAST: Final = 5
MOST: Final = 1000


def reason_mistakes(draft: Draft) -> Mistakes:
    """A reason that says something."""
    length = len(draft.get("reason").strip())
    if length < LEAST:
        return {"reason": f"Write why, in at least {LEAST} characters"}
    return {"reason": f"Write why in at most {MOST:,} characters"} if length > MOST else {}


def reason_row(draft: Draft) -> Row:
    """The reason, to be checked."""
    return Row("Why", draft.get("reason").strip(), "reason")
