"""Which of our names somebody meant who wrote another one: ours is said, theirs is never repeated."""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Final

_LONGEST: Final = 60
_ALIKE: Final = 0.75
_NO_LETTER: Final = re.compile(r"[^a-z0-9]")


class Names:
    """Names of ours, found again by what looks like them: ``firstName`` and ``frist_name`` are ``first_name``."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_letters: Mapping[str, str] = {_letters(name): name for name in sorted(names)}

    def meant_by(self, written: str) -> str | None:
        """Our other name that is closest; None when none is close, or what was written is longer than any name."""
        if len(written) > _LONGEST:
            return None
        found = difflib.get_close_matches(_letters(written), self._by_letters, n=2, cutoff=_ALIKE)
        return next((self._by_letters[letters] for letters in found if self._by_letters[letters] != written), None)


def _letters(name: str) -> str:
    return _NO_LETTER.sub("", name.lower())
