"""The marks of an edition: by what each of its children is recognised when the same agency refers it again."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from pydantic import ValidationError

from referral_intake import acceptance
from referral_intake.edition import Unsealed, unsealed
from referral_intake.form import ReferralForm
from referral_intake.form.identities import identities_of
from referral_intake.model import Mark, Sender

_NO_CLIENT: Final = ""
"""Marks belong to an agency, whichever of its systems sent the referral."""


def marks_of(standing: Unsealed) -> tuple[Mark, ...]:
    """The marks of a referral as it stands. A child counts from when it came in, a later one of two that are alike."""
    header = standing.header
    sender = Sender(header["partnership"], header["agency"], _NO_CLIENT)
    form = ReferralForm.model_validate(standing.content)
    found: dict[bytes, datetime] = {}
    for child, since in zip(form.children, _came_in(standing), strict=True):
        alone = form.model_copy(update={"children": (child,)})
        for digest in acceptance.marks(sender, identities_of(alone)):
            found[digest] = max(since, found.get(digest, since))
    return tuple(Mark(digest, since) for digest, since in found.items())


def recognises(stored: bytes, marks: Sequence[Mark]) -> bool | None:
    """Whether a referral, by the bytes of an edition, has a child that these marks recognise.

    None: it was written for a form that is read no more, and cannot be compared.
    """
    try:
        others = marks_of(unsealed(stored))
    except ValidationError:
        return None
    return not {mark.digest for mark in marks}.isdisjoint(mark.digest for mark in others)


def _came_in(standing: Unsealed) -> Iterator[datetime]:
    """When each child came in: with the referral, or with the supplement that added it."""
    added = {
        child_id: datetime.fromisoformat(entry["at"])
        for entry in standing.history
        for child_id in entry.get("added_children", ())
    }
    received_at = datetime.fromisoformat(standing.header["received_at"])
    return (added.get(str(child_id), received_at) for child_id in standing.child_ids)
