"""The canonical bytes of a log entry: what the bus said of one event, in RFC 8785 JSON."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

import rfc8785

from audit.tiles import MAX_ENTRY_BYTES

DATA: Final = "data"

# Of RFC 8785 only the spelling of some numbers and the order of some names differ from what Python's own writer makes,
# which is several times as quick. A number stands behind a name, a bracket or a comma: so may a text that looks like
# one, which is then written the slow way, to the same bytes.
_OUT_OF_THE_ORDINARY: Final = re.compile(rb'(?:"\s*:|[\[,])\s*-?[0-9]+(?:[.eE]|(?<=[0-9]{16}))|\\u')
_WRITER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


class EntryRefused(ValueError):
    """The message cannot become an entry, however often it is tried. Never repeats what it held."""


def canonical_entry(attributes: Mapping[str, str | int], value: bytes) -> bytes:
    """One event in CloudEvents' JSON format: its context attributes, and its value under ``data``.

    Any JSON value is recorded, of known and unknown event types alike, so that a later version of a service
    needs no change here. Raises ``EntryRefused`` for what has no single canonical form (not JSON, a name given
    twice, numbers a double cannot hold, broken text) and for an entry above 65,535 bytes.
    """
    try:
        data = json.loads(value, object_pairs_hook=_unique)
        entry = _written({**attributes, DATA: data}, value)
    except (ValueError, RecursionError) as error:
        raise EntryRefused("The message's value has no canonical JSON form") from error
    if len(entry) > MAX_ENTRY_BYTES:
        raise EntryRefused(f"The entry is {len(entry)} bytes; a log entry has at most {MAX_ENTRY_BYTES}")
    return entry


def _written(entry: dict[str, Any], value: bytes) -> bytes:
    if value.startswith(b"{") and value.isascii() and _OUT_OF_THE_ORDINARY.search(value) is None:
        return _WRITER.encode(entry).encode()
    return rfc8785.dumps(entry)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Readers disagree on which of two equal names counts, so the log could not say what the message meant."""
    named = dict(pairs)
    if len(named) != len(pairs):
        raise EntryRefused("The message's value gives the same name twice")
    return named
