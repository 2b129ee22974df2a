"""What a sender adds to a referral, or says when it takes one back."""

from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue

from contracts.codes import ReferrerKind, SupplementKind, WithdrawalReason
from referral_intake.form.child import Child
from referral_intake.form.concern import Concern
from referral_intake.form.facts.placeholders import is_named
from referral_intake.form.facts.said import said
from referral_intake.form.family import HouseholdMember
from referral_intake.form.help import Attachment, HelpOffered
from referral_intake.form.part import MOST_CHILDREN, FormPart, Narrative, WholeForm, Yes
from referral_intake.form.referrer import ImmediateSafety, Referrer
from referral_intake.form.services import Professional, RisksToStaff
from referral_intake.form.voice import ChildVoice
from referral_intake.model import Correction, Sender, Supplement, SupplementFacts, Withdrawal

_NEW_INFORMATION: Final[dict[str, Any]] = {
    "kind": "new-information",
    "referrer": {"name": "Morgan Adeyemi-Clarke", "role": "Designated safeguarding lead", "phone": "020 7946 0199"},
    "words": "Rowan was collected today by a man the school does not know.",
    "concern": {"types": ["person-posing-risk"], "facts": "Seen at the gate at 15:20 by two members of staff."},
}
_CORRECTION: Final[dict[str, Any]] = {
    "kind": "correction",
    "referrer": {"name": "Morgan Adeyemi-Clarke"},
    "corrections": [
        {"pointer": "/children/0/date_of_birth", "value": "2017-05-14", "reason": "Read from the birth certificate."},
        {"pointer": "/children/0/addresses/-", "value": {"lines": ["7 Invented Lane"], "postcode": "ZZ99 3AB"}},
    ],
}
_NEW_CHILD: Final[dict[str, Any]] = {
    "kind": "new-child",
    "referrer": {"name": "Morgan Adeyemi-Clarke"},
    "words": "Rowan has a younger sister at the same address.",
    "children": [{"first_name": "Wren", "last_name": "Testerley", "date_of_birth": "2021-09-30"}],
}
_ANSWER: Final[dict[str, Any]] = {
    "kind": "answer",
    "question_id": "7d1c9a52-3b1e-4c55-9a54-000000000041",
    "referrer": {"name": "Morgan Adeyemi-Clarke"},
    "words": "His mother collects him on Mondays and Tuesdays, his aunt on the other days.",
}

SUPPLEMENT_EXAMPLES: Final = [_NEW_INFORMATION, _CORRECTION, _NEW_CHILD, _ANSWER]
WITHDRAWAL_EXAMPLE: Final[dict[str, Any]] = {
    "reason": "wrong-child",
    "referrer": {"name": "Morgan Adeyemi-Clarke", "phone": "020 7946 0199"},
    "words": "Two children in the year have the same name. A new referral about the other one follows.",
}


class CorrectionPart(FormPart):
    """One fact put right. What was said before stays in the earlier edition."""

    pointer: Annotated[str, Field(max_length=300)] = Field(
        description="JSON pointer to the fact, such as `/children/0/date_of_birth`; a fact that was not said before "
        "may be named, too, and `/-` at the end adds to a list. A child itself cannot be replaced or removed."
    )
    value: JsonValue = Field(description="What is right, as the referral form takes it; null when it is not known.")
    reason: Narrative | None = Field(None, description="Why it was wrong, or how you know.")


class SupplementForm(WholeForm):
    """Something more about a referral that was sent. Needed: ``kind``, and ``referrer`` with a name.

    `new-information` needs words, a concern, or anything else that is new; `correction` needs `corrections`;
    `new-child` needs `children`; `answer` needs `question_id` and an answer, in words or as corrections.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [*SUPPLEMENT_EXAMPLES]})

    kind: SupplementKind = Field(description="What this is, above all.")
    immediate_danger: Yes = Field(False, description="True when a child is in danger now. Call 999 first.")
    immediate_safety: ImmediateSafety | None = Field(None, description="What is happening at this moment.")
    referrer: Referrer = Field(Referrer(), description="Who says this. A professional needs to give a name.")
    words: Narrative | None = Field(None, description="What is new, in your own words.")
    concern: Concern | None = Field(None, description="What is new about the worry.")
    child_voice: ChildVoice | None = Field(None, description="What the child said or showed since.")
    household: Annotated[tuple[HouseholdMember, ...], Field(max_length=60)] = Field(
        (), description="More people who matter in the children's lives."
    )
    professionals: Annotated[tuple[Professional, ...], Field(max_length=60)] = Field(
        (), description="More people who work with the family."
    )
    help_offered: Annotated[tuple[HelpOffered, ...], Field(max_length=60)] = Field(
        (), description="More that was tried."
    )
    risks_to_staff: RisksToStaff | None = Field(None, description="What could hurt a worker who visits.")
    attachments: Annotated[tuple[Attachment, ...], Field(max_length=60)] = Field(
        (), description="More papers, and where they are. Do not send their content."
    )
    children: Annotated[tuple[Child, ...], Field(max_length=MOST_CHILDREN)] = Field(
        (), description="For `new-child` only: each as in a referral."
    )
    corrections: Annotated[tuple[CorrectionPart, ...], Field(max_length=100)] = Field(
        (), description="For `correction` and `answer`. Made in this order."
    )
    question_id: UUID | None = Field(None, description="For `answer` only: which question this answers.")


class WithdrawalForm(WholeForm):
    """You take a referral back. Needed: ``reason``, and ``referrer`` with a name."""

    model_config = ConfigDict(json_schema_extra={"examples": [WITHDRAWAL_EXAMPLE]})

    reason: WithdrawalReason = Field(description="Why you take it back.")
    referrer: Referrer = Field(Referrer(), description="Who says this. A professional needs to give a name.")
    words: Narrative | None = Field(None, description="Why, in your own words.")


def supplement_of(form: SupplementForm, sender: Sender, referral_id: UUID, *, key: str) -> Supplement:
    """What a sender adds, as the handlers take it."""
    return Supplement(
        sender=sender,
        key=key,
        referral_id=referral_id,
        facts=_facts_of(form),
        immediate_danger=form.immediate_danger,
        corrections=tuple(Correction(part.pointer, part.value, part.reason) for part in form.corrections),
        question_id=form.question_id,
        content=form.model_dump(mode="json", exclude_unset=True),
    )


def withdrawal_of(form: WithdrawalForm, sender: Sender, referral_id: UUID, *, key: str) -> Withdrawal:
    """How a sender takes a referral back, as the handlers take it."""
    return Withdrawal(
        sender=sender,
        key=key,
        referral_id=referral_id,
        reason=form.reason,
        has_referrer_name=_is_named(form.referrer),
        content=form.model_dump(mode="json", exclude_unset=True),
    )


_NEWS: Final = (
    "immediate_safety", "words", "concern", "child_voice", "household", "professionals", "help_offered",
    "risks_to_staff", "attachments",
)  # fmt: skip


def _facts_of(form: SupplementForm) -> SupplementFacts:
    return SupplementFacts(
        kind=form.kind,
        has_referrer_name=_is_named(form.referrer),
        says_something=any(_says_something(getattr(form, part)) for part in _NEWS),
        has_children=bool(form.children),
        has_corrections=bool(form.corrections),
        has_question=form.question_id is not None,
    )


def _is_named(referrer: Referrer) -> bool:
    """A member of the public may leave the name out; a professional answers for what they say."""
    return is_named(referrer.name) or referrer.kind is ReferrerKind.PUBLIC


def _says_something(part: object) -> bool:
    """Whether a part holds anything but blanks, dashes and empty parts, however deep."""
    if isinstance(part, str):
        return said(part)
    if isinstance(part, FormPart):
        return any(_says_something(getattr(part, name)) for name in part.model_fields_set)
    if isinstance(part, tuple):
        return any(map(_says_something, part))
    return part is not None
