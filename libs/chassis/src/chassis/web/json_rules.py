"""What JSON we accept: one reading only, so that what was checked, kept and shown is the same."""

import codecs
import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final

import jiter

from chassis.web.problems import Malformed
from contracts.problems import Invalid

MAX_DEPTH: Final = 32
MAX_VALUES: Final = 25_000
"""Values and keys in one document: several times what the fullest form has. Each costs far more than its bytes."""

_SUSPICIOUS: Final = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")  # NUL, and halves of surrogate pairs
_TEXT: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)  # possessive: nothing is looked at twice
_MARKS_OF_OTHERS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_BRACKET: Final = re.compile(rb"[\[{\]}]")


def read(body: bytes, *, digit_for_digit: bool = False) -> Any:
    """The document. ``digit_for_digit``: numbers with a point or an exponent are ``Decimal``, with the digits sent.

    Raises ``Malformed`` for what two readers could read differently and for what is too dense to be read while others
    wait, ``Invalid`` for text that cannot be kept.

    Refused: other encodings than UTF-8, a key twice in one object, NaN and infinities, nesting beyond
    ``MAX_DEPTH``, more than ``MAX_VALUES``, NUL (PostgreSQL cannot keep it) and halves of surrogate pairs (UTF-8
    cannot say them).
    """
    _check_shape(body)
    # May cry wolf behind a backslash but never misses: the walk decides.
    if b"\\u" not in body or not _SUSPICIOUS.search(body):
        with suppress(ValueError):  # what this reader does not like, the other one judges and words
            return jiter.from_json(
                body,
                allow_inf_nan=False,
                catch_duplicate_keys=True,
                cache_mode="keys",
                float_mode="decimal" if digit_for_digit else "float",
            )
    return _read_carefully(body, number=Decimal if digit_for_digit else float)


def _check_shape(body: bytes) -> None:
    """How deep and how many, before anything is made of it: bytes that make 300,000 objects take seconds to read."""
    openings = _openings(body)
    few = len(body) <= MAX_VALUES or openings + body.count(b",") <= MAX_VALUES  # each is a byte at least
    if openings <= MAX_DEPTH and few:
        return  # whatever stands in texts only adds to these
    if body.count(b'"') - body.count(b'\\"') > 4 * MAX_VALUES:  # two around each text, and each key is one
        raise _too_many()
    structure = _TEXT.sub(b"", body)
    if _openings(structure) + structure.count(b",") > MAX_VALUES:
        raise _too_many()
    depth = 0
    for bracket in _BRACKET.findall(structure):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            raise Malformed(f"Send JSON nested at most {MAX_DEPTH} levels deep")


def _openings(body: bytes) -> int:
    return body.count(b"[") + body.count(b"{")


def _too_many() -> Malformed:
    return Malformed(f"Send at most {MAX_VALUES} values and keys in one request")


def _read_carefully(body: bytes, *, number: Callable[[str], Any] = float) -> Any:
    try:
        document = json.loads(body.decode(), object_pairs_hook=_object, parse_constant=_no_constant, parse_float=number)
    except json.JSONDecodeError as error:
        advice = f"Send valid JSON: it cannot be read from line {error.lineno}, column {error.colno} on"
        raise Malformed(_other_encoding(body) or advice) from error
    except UnicodeDecodeError as error:
        advice = f"Send JSON in UTF-8: byte {error.start + 1} does not belong to it"
        raise Malformed(_other_encoding(body) or advice) from error
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise Malformed("Send valid JSON, with each key once in its object, and numbers that JSON knows") from error
    if not all(_can_be_kept(value) for value in _texts(document)):
        raise Invalid("Remove NUL characters and unpaired surrogates from the text")
    return document


def _other_encoding(body: bytes) -> str | None:
    """What to do about JSON in UTF-16 or UTF-32, which its first bytes give away (RFC 4627, 3); None of any other."""
    if body.startswith(_MARKS_OF_OTHERS) or b"\0" in body[:4]:
        return "Send JSON in UTF-8: this is UTF-16 or UTF-32. Write it out again in UTF-8"
    return None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found


def _no_constant(_: str) -> None:
    raise ValueError("not a JSON number")


def _texts(document: object) -> Iterator[str]:
    """Every text and key; a loop, because recursion is what deep input attacks."""
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting.extend((*value, *value.values()))
        elif isinstance(value, list):
            waiting.extend(value)


def _can_be_kept(value: str) -> bool:
    return (value.isascii() and "\0" not in value) or not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in value)
