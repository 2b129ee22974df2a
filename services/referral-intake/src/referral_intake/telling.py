"""What every answer about a referral says: where it is followed, what is missing, and what only its sender can do."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Self
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.codes import Advice, MissingItem
from referral_intake.model import Told, places_of

PATH: Final = "/v1/referrals"


class MissingInformation(BaseModel):
    """Something the front door team will have to ask for. The referral is accepted without it."""

    item: MissingItem
    label: str
    pointers: tuple[str, ...] = Field(
        (),
        description="Where it would stand in the referral as it stands now: JSON pointers, as a correction takes them.",
    )

    @classmethod
    def of_all(cls, missing: Mapping[MissingItem, Sequence[str]]) -> tuple[Self, ...]:
        """Each item with the places where it would stand."""
        return tuple(cls(item=item, label=item.label, pointers=tuple(places)) for item, places in missing.items())


class MissingAsSent(MissingInformation):
    """The same of a form that was just sent."""

    details: tuple[str, ...] | None = Field(
        None, description="What is wrong with what you sent there; only where we can say it."
    )


class AdviceGiven(BaseModel):
    """Something that only the person who is worried can do, whatever the front door team does."""

    code: Advice
    text: str


def path_of(referral_id: UUID) -> str:
    """Where a referral is followed."""
    return f"{PATH}/{referral_id}"


def missing_in(told: Told) -> list[dict[str, Any]]:
    """Each item once, with every place where it would stand, and what is wrong with what stands there."""
    found = {item: {**_WORDS[item], "pointers": places} for item, places in places_of(told.missing).items()}
    for missing in told.missing:
        if missing.detail is not None:
            found[missing.item].setdefault("details", []).append(missing.detail)
    return list(found.values())


_WORDS: Final[Mapping[MissingItem, Mapping[str, Any]]] = {
    item: {"item": item.value, "label": item.label} for item in MissingItem
}
