"""The marks of an edition: by what each of its children is recognised when the same agency refers it again."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

from pydantic import ValidationError

from referral_intake.edition import Unsealed, unsealed
from referral_intake.form import ReferralForm, facts_of
from referral_intake.form.identities import identities_of
from referral_intake.model import DatedMark, Identity, Mark, Sender

_NO_CLIENT: Final = ""
"""Marks belong to an agency, whichever of its systems sent the referral."""


def marks(sender: Sender, identities: tuple[Identity, ...]) -> tuple[Mark, ...]:
    """Digests of identities, for one agency only: what it sent recognises nobody for another agency."""
    whose = f"{sender.partnership}\n{sender.agency}\n"

    def digest(sign: str) -> bytes:
        return sha256(f"{whose}{sign}".encode()).digest()

    return tuple(
        [
            Mark(digest(each.sign), each.place, tuple([digest(number) if number else None for number in each.numbers]))
            for each in identities
        ]
    )


def marks_of(standing: Unsealed) -> tuple[DatedMark, ...]:
    """The marks of a referral as it stands, each from when its child came in."""
    header = standing.header
    sender = Sender(header["partnership"], header["agency"], _NO_CLIENT)
    form = ReferralForm.model_validate(standing.content)
    identities = identities_of(form, facts_of(form))
    since = _came_in(standing)
    return tuple(DatedMark(mark, since[mark.place]) for mark in marks(sender, identities))


def recognises(stored: bytes, marks: Sequence[DatedMark]) -> bool | None:
    """Whether a referral, by the bytes of an edition, has a child that these marks recognise.

    None: it was written for a form that is read no more, and cannot be compared.
    """
    try:
        others = marks_of(unsealed(stored))
    except ValidationError:
        return None
    return any(ours.mark.recognises(its.mark) for ours in marks for its in others)


def _came_in(standing: Unsealed) -> list[datetime]:
    """When each child came in: with the referral, or with the supplement that added it."""
    added = {
        child_id: datetime.fromisoformat(entry["at"])
        for entry in standing.history
        for child_id in entry.get("added_children", ())
    }
    received_at = datetime.fromisoformat(standing.header["received_at"])
    return [added.get(str(child_id), received_at) for child_id in standing.child_ids]
