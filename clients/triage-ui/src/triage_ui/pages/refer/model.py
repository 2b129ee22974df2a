"""The draft of a referral: its name among drafts, and what is kept in it beside the answers; pure."""

import json
from collections.abc import Iterator
from typing import Final

from triage_ui.drafts.model import Draft, Fields
from triage_ui.pages.refer.problems import without_refusal
from triage_ui.services.intake_own import Receipt

NAME: Final = "refer"
TITLE: Final = "Refer a child"
MOST_CHARACTERS: Final = 2_000_000
"""Of one draft, as it is kept: twice what one form may hold."""
_SENT_AS: Final = "sent as"
_RECEIPT: Final = "receipt"
_LATE: Final = "late"


def address_of(draft: Draft) -> str:
    """Where it goes on."""
    return f"/refer/{draft.form_key}"


def new_fields(name: str) -> Fields:
    """What a new one begins with: who signed in, to be read and changed like every answer."""
    return {"referrer-name": [name]}


def answers_of(fields: Fields) -> Fields:
    """What was written, without what intake said to it and how it was sent."""
    return {name: values for name, values in without_refusal(fields).items() if name != _SENT_AS}


def attempts_of(fields: Fields) -> Iterator[Fields]:
    """What to send under the draft's key: first what was sent already and may have arrived, then what stands now."""
    now, before = answers_of(fields), fields.get(_SENT_AS)
    if before:
        yield json.loads(before[0])
    if not before or json.loads(before[0]) != now:
        yield now


def sending(fields: Fields, attempt: Fields) -> Fields:
    """The same, with what is being sent. MUST be kept before it is sent: whether it arrived may never be known."""
    return {**fields, _SENT_AS: [json.dumps(attempt)]}


def not_arrived(fields: Fields) -> Fields:
    """The same, once it is known that nothing arrived."""
    return {name: values for name, values in fields.items() if name != _SENT_AS}


def answered(receipt: Receipt, *, late: bool) -> Fields:
    """What takes the place of the answers when they have arrived. It names nobody."""
    return {_RECEIPT: [receipt.model_dump_json()], **({_LATE: ["yes"]} if late else {})}


def receipt_of(draft: Draft) -> Receipt | None:
    """What intake answered; None for a draft that was not sent."""
    kept = draft.get(_RECEIPT)
    return Receipt.model_validate_json(kept) if kept else None


def came_late(draft: Draft) -> bool:
    """Whether something was written after it had left, and is kept in a draft to be added."""
    return bool(draft.get(_LATE))
