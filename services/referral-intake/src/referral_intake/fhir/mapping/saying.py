"""Where in the form it goes what a message says in many places: facts, history, and notes below either."""

from collections.abc import Iterator, Sequence
from typing import Final

from referral_intake.fhir.draft import Pointer, Tree
from referral_intake.fhir.r4.datatypes import Annotation
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.values import dated
from referral_intake.fhir.r4.words import labelled, remarked

FACTS: Final[Pointer] = ("concern", "facts")
HISTORY: Final[Pointer] = ("concern", "history")
TYPES: Final[Pointer] = ("concern", "types")

Saying = tuple[Pointer, Tree]


def history(whose: Said[str] | None, said: Said[str]) -> Saying:
    """What was so of somebody."""
    return HISTORY, labelled(whose, said)


def notes_of(notes: Sequence[Annotation]) -> Iterator[Said[str]]:
    """Notes, each with who wrote it and when, where that is said."""
    for note in notes:
        author = note.said("author_string") or (
            note.author_reference.said("display") if note.author_reference else None
        )
        said = remarked(note.said("text"), author, dated(note, "time"))
        if said:
            yield said
