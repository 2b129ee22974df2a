"""What JSON we take: one reading only, so that what was checked, kept and shown is the same."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

import jiter

from chassis.web.problems import Malformed
from contracts.problems import Invalid

MAX_DEPTH: Final = 32

_SUSPICIOUS: Final = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")  # NUL, and halves of surrogate pairs


def read(body: bytes) -> Any:
    """The document.

    Raises ``Malformed`` for what two readers could read differently, ``Invalid`` for text that cannot be kept.

    Refused: other encodings than UTF-8, a key twice in one object, NaN and infinities, nesting beyond
    ``MAX_DEPTH``, NUL (PostgreSQL cannot keep it) and halves of surrogate pairs (UTF-8 cannot say them).
    """
    # Both searches of the bytes may cry wolf (inside text, or behind a backslash) but never miss: the walk decides.
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH and not _SUSPICIOUS.search(body):
        with suppress(ValueError):  # what this reader does not like, the other one judges and words
            return jiter.from_json(body, allow_inf_nan=False, catch_duplicate_keys=True, cache_mode="keys")
    try:
        document = json.loads(body.decode(), object_pairs_hook=_object, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Malformed("Send valid JSON in UTF-8, with each key once in its object") from error
    _check_values(document)
    return document


def _check_values(document: object) -> None:
    for depth, value in _walk(document):
        if depth > MAX_DEPTH:
            raise Malformed(f"Send JSON nested at most {MAX_DEPTH} levels deep")
        if isinstance(value, str) and not _can_be_kept(value):
            raise Invalid("Remove NUL characters and unpaired surrogates from the text")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found


def _no_constant(_: str) -> None:
    raise ValueError("not a JSON number")


def _walk(document: object) -> Iterator[tuple[int, object]]:
    """Every value and key with its depth; a loop, because recursion is what deep input attacks."""
    waiting = [(0, document)]
    while waiting:
        depth, value = waiting.pop()
        yield depth, value
        if isinstance(value, dict):
            waiting.extend((depth + 1, inner) for inner in (*value, *value.values()))
        elif isinstance(value, list):
            waiting.extend((depth + 1, inner) for inner in value)


def _can_be_kept(value: str) -> bool:
    return (value.isascii() and "\0" not in value) or not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in value)
