"""Where in the form it goes what a message says in many places: facts, history, and notes below either."""

from collections.abc import Iterator, Sequence
from typing import Final

from referral_intake.fhir.draft import Pointer, Tree
from referral_intake.fhir.mapping.naming import name_in
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.datatypes import Annotation
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.values import Reference, dated
from referral_intake.fhir.r4.words import labelled, remarked

FACTS: Final[Pointer] = ("concern", "facts")
HISTORY: Final[Pointer] = ("concern", "history")
TYPES: Final[Pointer] = ("concern", "types")

Saying = tuple[Pointer, Tree]


def history(whose: Said[str] | None, said: Said[str]) -> Saying:
    """What was so of somebody."""
    return HISTORY, labelled(whose, said)


def notes_of(message: Message, notes: Sequence[Annotation]) -> Iterator[Said[str]]:
    """Notes, each with who wrote it and when, where that is said."""
    for note in notes:
        author = note.said("author_string") or called(message, note.author_reference)
        said = remarked(note.said("text"), author, dated(note, "time"))
        if said:
            yield said


def called(message: Message, reference: Reference | None) -> Said[str] | None:
    """By what the reference calls them or, when it does not, by the name of whoever it leads to."""
    if reference is None:
        return None
    return reference.said("display") or name_in(message, reference)
