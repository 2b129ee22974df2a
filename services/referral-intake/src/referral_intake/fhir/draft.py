"""The form as it is filled in from a message, with a map from each field back to where the message says it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final, TypeAlias

from referral_intake.fhir.ledger import Fate
from referral_intake.fhir.r4.element import Said

Pointer: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True)
class Part:
    """Fields that belong together, and the place of the message they come from.

    ``covered``: further places that decided how these fields are read, such as a status.
    """

    place: str
    fields: Mapping[str, "Tree"]
    covered: tuple[str, ...] = ()


Tree: TypeAlias = "Said[Any] | Part | Sequence[Tree] | None"

_IN_WORDS: Final = frozenset({"facts", "history", "notes"})
"""Fields that take what no other field is for, as text."""

SAFER: Final[Mapping[str, bool]] = {
    "immediate_danger": True,
    "do_not_contact": True,
    "must_not_be_told": True,
    "alleged_perpetrator": True,
    "abuser_lives_there": True,
    "strangulation": True,
    "images_involved": True,
    "interpreter_needed": True,
    "wishes_anonymity": True,
    "safe_to_contact": False,
    "safe_to_call_back": False,
}
"""The answer that counts when a message gives both: nobody comes to harm by taking it for true."""

_SETS: Final = frozenset({"types", "plans"})

MOST_PLACES: Final = 20
"""As many places of one field are named in a refusal: its sender needs the first, not all."""

WHERE_TO_ADD: Final[Mapping[str, str]] = {
    "name": "name",
    "first_name": "name",
    "last_name": "name",
    "phone": "telecom",
    "email": "telecom",
    "date_of_birth": "birthDate",
    "expected_date_of_birth": "extension",
    "nhs_number": "identifier",
    "upn": "identifier",
    "addresses": "address",
    "facts": "reasonCode",
}
"""The element that would say a field which was not said, below the place of its part."""


_CODE_OR_EXTENSION: Final = re.compile(r"(.+\.(?:coding|extension)\[\d+\])\..+")


@dataclass
class Draft:
    """Fills in the form. What is said twice of one field stands there twice, and is judged as one.

    ``doubts``: dates among the words that cannot be right, each with its field, its place and why.
    """

    document: dict[str, Any] = field(default_factory=dict)
    places: dict[Pointer, list[str]] = field(default_factory=dict)
    taken: dict[str, Fate] = field(default_factory=dict)
    doubts: tuple[tuple[Pointer, str, str], ...] = ()
    _texts: dict[Pointer, list[str]] = field(default_factory=dict)
    _answers: dict[Pointer, list[str]] = field(default_factory=dict)
    _disputed: set[Pointer] = field(default_factory=set)

    def add(self, pointer: Pointer, tree: Tree) -> None:
        """Put what was said, and where, at this place of the form; what was not said leaves no trace."""
        if isinstance(tree, Said):
            self._say(pointer, tree)
        elif isinstance(tree, Part):
            self._stand(pointer, tree.place)
            self.understand(*tree.covered)
            for name, inner in tree.fields.items():
                self.add((*pointer, name), inner)
        elif tree is not None:
            for inner in tree:
                self.append(pointer, inner)

    def append(self, pointer: Pointer, tree: Tree) -> None:
        """Put what was said behind what a list of the form holds already; a set holds each value once."""
        held = self._find(pointer) or ()
        if isinstance(tree, Said) and pointer[-1] in _SETS and tree.value in held:
            self.understand(*tree.places)
        elif tree is not None:
            self.add((*pointer, len(held)), tree)

    def understand(self, *places: str) -> None:
        """These places decided how others are read, and have nothing more to say."""
        self.taken.update(dict.fromkeys(places, Fate.MAPPED))

    def finish(self) -> None:
        """Join what was said in several places. MUST be called once, when everything was added."""
        for pointer, texts in self._texts.items():
            self._holder(pointer)[pointer[-1]] = "\n".join(texts)

    def words_at(self, place: str) -> Pointer | None:
        """The field of words that says what this place says; None when a field of its own does, or nothing."""
        return next((at for at, places in self.places.items() if at and at[-1] in _IN_WORDS and place in places), None)

    def is_of_words(self, pointer: Pointer) -> bool:
        """Whether a field takes what no other field is for, out of any number of places."""
        return pointer[-1] in _IN_WORDS

    def place_of(self, pointer: Pointer) -> tuple[str, ...]:
        """Where the message says this or, when it does not, where it would."""
        for length in range(len(pointer), -1, -1):
            if places := self.places.get(pointer[:length], ())[:MOST_PLACES]:
                missing = WHERE_TO_ADD.get(str(pointer[length])) if length < len(pointer) else None
                return tuple(f"{place}.{missing}" if missing else place for place in places)
        return ("Bundle",)

    def _stand(self, pointer: Pointer, place: str) -> None:
        """A part of a list stands in it even when nothing was said of it, so that those behind it keep their number."""
        self.places.setdefault(pointer, [place])
        if pointer and isinstance(pointer[-1], int):
            self._holder((*pointer, ""))

    def _say(self, pointer: Pointer, said: Said[Any]) -> None:
        before = self._find(pointer)
        if isinstance(before, bool) and isinstance(said.value, bool) and before is not said.value:
            self._doubt(pointer, said)
            return
        if pointer in self._disputed:
            return
        if before is None:
            self._put(pointer, said.value)
        elif isinstance(before, str) and isinstance(said.value, str):
            self._texts.setdefault(pointer, [before]).append(said.value)
        else:
            return  # left out, and so reported as not taken
        self.places.setdefault(pointer, []).extend(dict.fromkeys(map(_whole, said.places)))
        fate = Fate.CARRIED if pointer[-1] in _IN_WORDS else Fate.MAPPED
        self.taken.update(dict.fromkeys(said.places, fate))
        self._answers.setdefault(pointer, []).extend(said.places)

    def _doubt(self, pointer: Pointer, said: Said[Any]) -> None:
        """Two answers that differ are no answer, but where one of them is the safer: what is not taken is reported."""
        safer = SAFER.get(str(pointer[-1]))
        if safer is not None and said.value is not safer:
            return
        for place in self._answers.pop(pointer, ()):
            self.taken.pop(place, None)
        self.places.pop(pointer, None)
        del self._holder(pointer)[pointer[-1]]
        if safer is None:
            self._disputed.add(pointer)
        else:
            self._say(pointer, said)

    def _put(self, pointer: Pointer, value: Any) -> None:
        holder, name = self._holder(pointer), pointer[-1]
        if isinstance(holder, list):
            holder.append(value)
        else:
            holder[name] = value

    def _holder(self, pointer: Pointer) -> Any:
        """What holds the last step of a pointer; made when it is not there yet. Lists are filled in order."""
        node: Any = self.document
        for name, following in pairwise(pointer):
            empty: Any = [] if isinstance(following, int) else {}
            if isinstance(node, list):
                if name == len(node):
                    node.append(empty)
                node = node[int(name)]
            else:
                node = node.setdefault(name, empty)
        return node

    def _find(self, pointer: Pointer) -> Any:
        node: Any = self.document
        for name in pointer:
            try:
                node = node[name]
            except (KeyError, IndexError):
                return None
        return node


def _whole(place: str) -> str:
    """Where to look in the message: a whole code or extension, and not its parts."""
    found = _CODE_OR_EXTENSION.fullmatch(place)
    return found.group(1) if found else place
