"""Ids that tests can foresee."""

import itertools
from uuid import UUID

from chassis.ids import reference


class SequentialIds:
    """1, 2, 3 … as UUIDs and as references."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def new(self) -> UUID:
        """The next number as a UUID."""
        return UUID(int=next(self._numbers))

    def new_reference(self, prefix: str) -> str:
        """The next number as a reference."""
        return reference(prefix, next(self._numbers))
