"""What a run is aimed at."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI

from tests.fuzz.people import People


@dataclass(frozen=True)
class Target:
    """An app, what its answers depend on, and values that are known to it."""

    app: FastAPI
    people: People
    known: Mapping[str, Sequence[Any]]
    """By the name of a parameter or field: what really is there."""
    examples: Mapping[str, Sequence[Any]]
    """By operation: bodies beside those of the API document."""
    words: str
    """Ours, where answers use any that the API document does not."""
    work: Callable[[], Awaitable[None]]
    """Does what the worker would have done meanwhile."""
