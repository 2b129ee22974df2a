"""The ways in which a record can be poison: each spoils a message that its owner might have written."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Any, Final
from uuid import UUID

from contracts.topics import TOPICS

Headers = list[tuple[str, bytes | None]]


class NoText(str):
    """A header's name that is no text; only a writer that does not look at it can send it."""

    __slots__ = ()

    def encode(self, *_: str) -> bytes:
        """The bytes that go out."""
        return b"\xff\xfe\x00"


class Fate(StrEnum):
    """What has to become of a record at every reader of its topic."""

    PARKED = "parked"
    """Nobody can read it: it is kept, with a name for why."""

    PARKED_OR_FOLLOWED = "parked or followed"
    """Only a reader that needs its value can find it wrong."""

    FOLLOWED = "followed"
    """A newer writer wrote it: it must hold up nobody."""


@dataclass
class Draft:
    """A message as its owner would write it, to be spoilt."""

    chance: Random
    topic: str
    headers: Headers
    key: bytes | None
    data: bytes | None

    def say(self, **changed: bytes | None) -> None:
        """Replace headers; names with dashes are written with underscores."""
        renamed = {name.replace("content_type", "content-type"): value for name, value in changed.items()}
        self.headers = [(name, renamed.get(name, value)) for name, value in self.headers]

    def put(self, **changed: Any) -> None:
        """Replace or add fields of the value."""
        self.data = json.dumps({**json.loads(self.data or b"{}"), **changed}).encode()


Spoil = Callable[[Draft], None]


_FIRST_WORDS: Final = {
    "referral-intake.v1": "referral",
    "triage.v1": "case",
    "agency-notify.v1": "notice",
    "access.v1": "record",
}


# -- nobody can read these ------------------------------------------------------------------------------------------


def foreign_bytes(draft: Draft) -> None:
    """Nothing of it is ours."""
    draft.headers = [("application/x", draft.chance.randbytes(64))]
    draft.key, draft.data = draft.chance.randbytes(16), draft.chance.randbytes(300)


def foreign_json(draft: Draft) -> None:
    """Another system writes to the wrong topic."""
    draft.headers, draft.data = [], json.dumps({"meter": draft.chance.randrange(10**6), "unit": "kWh"}).encode()


def null_key(draft: Draft) -> None:
    """A writer that thinks nothing of order."""
    draft.key = None


def null_key_and_value(draft: Draft) -> None:
    """As little as a record can be."""
    draft.key = draft.data = None
    draft.headers = []


def giant_key(draft: Draft) -> None:
    """Longer than an index of the database takes."""
    draft.key = draft.chance.randbytes(20_000)


def nul_in_subject(draft: Draft) -> None:
    """What no text of the database can hold."""
    draft.say(ce_subject=b"case/\x00")


def escaped_nul(draft: Draft) -> None:
    """What becomes a NUL when a JSON column is read."""
    draft.say(ce_partnership=b"wands\\u0000worth")


def surrogate_in_source(draft: Draft) -> None:
    """Half of a pair, as UTF-8 may not have it."""
    draft.say(ce_source=b"triage\xed\xa0\x80")


def far_sequence(draft: Draft) -> None:
    """Beyond the column of versions."""
    draft.say(ce_sequence=str(2**40).encode())


def sequence_of_other_digits(draft: Draft) -> None:
    """Python reads them as numbers."""
    draft.say(ce_sequence=draft.chance.choice(("\u0661", "1_0", " 7")).encode())


def time_before_all_time(draft: Draft) -> None:
    """A year that another zone does not have."""
    draft.say(ce_time=b"0001-01-01T00:00:00+01:00")


def time_after_all_time(draft: Draft) -> None:
    """The same at the other end."""
    draft.say(ce_time=b"9999-12-31T23:59:59-01:00")


def week_for_time(draft: Draft) -> None:
    """ISO 8601, and not RFC 3339."""
    draft.say(ce_time=b"2026-W48-7T10:00:00Z")


def braced_id(draft: Draft) -> None:
    """Two names for one id."""
    draft.say(ce_id=b"{" + str(new_id(draft.chance)).encode() + b"}")


def unknown_source(draft: Draft) -> None:
    """A service that nobody knows."""
    draft.say(ce_source=b"weather")


def another_owners_type(draft: Draft) -> None:
    """A type that belongs to another topic."""
    foreign = next(topic for topic in TOPICS if topic.name != draft.topic)
    draft.say(ce_type=f"{_FIRST_WORDS[foreign.name]}.published.v1".encode())


def giant_header(draft: Draft) -> None:
    """More than any attribute needs."""
    draft.say(ce_subject=b"case/" + b"7" * 200_000)


def header_twice(draft: Draft) -> None:
    """Which of the two counts?"""
    draft.headers.append(("ce_sequence", b"2"))


def header_without_value(draft: Draft) -> None:
    """Kafka lets a header be null."""
    draft.say(ce_type=None)


def header_names_that_are_no_text(draft: Draft) -> None:
    """Kafka lets a header's name be any bytes."""
    draft.say(ce_sequence=b"0")
    draft.headers.append((NoText("x"), b"1"))


def another_specification(draft: Draft) -> None:
    """An older CloudEvents."""
    draft.say(ce_specversion=b"0.3")


def another_content(draft: Draft) -> None:
    """Not JSON, and it says so."""
    draft.say(content_type=b"application/avro")


# -- only their value is wrong --------------------------------------------------------------------------------------


def null_value(draft: Draft) -> None:
    """A tombstone."""
    draft.data = None


def no_json(draft: Draft) -> None:
    """Cut off in the middle."""
    draft.data = (draft.data or b"")[: draft.chance.randrange(2, 40)]


def wrong_types(draft: Draft) -> None:
    """Every field is a number."""
    draft.data = json.dumps(dict.fromkeys(json.loads(draft.data or b"{}"), 7)).encode()


def numbers_out_of_range(draft: Draft) -> None:
    """Beyond every column."""
    draft.put(edition=2**40, attempts=2**70, share=-1)


def times_out_of_range(draft: Draft) -> None:
    """No instant that anybody can have met."""
    named = [name for name in json.loads(draft.data or b"{}") if name.endswith("_at")]
    draft.put(**dict.fromkeys(named, "0001-01-01T00:00:00+01:00"))


def nul_and_surrogate(draft: Draft) -> None:
    """What no text of the database can hold, in the value."""
    draft.put(agency="a\x00b", actor="\ud800", opened_by="\x00", closed_by="\x00", reason="\x00", channel="\x00")


def deep_nesting(draft: Draft) -> None:
    """Deeper than a parser's stack."""
    draft.data = b'{"reason":' + b"[" * 50_000 + b"]" * 50_000 + b"}"


def too_long(draft: Draft) -> None:
    """Longer than a log entry."""
    draft.put(note="x" * 100_000)


def name_twice(draft: Draft) -> None:
    """Which of the two counts?"""
    draft.data = (draft.data or b"{}")[:-1] + b',"referral_id":"' + str(new_id(draft.chance)).encode() + b'"}'


# -- these can be read ----------------------------------------------------------------------------------------------


def about_nothing(_: Draft) -> None:
    """Right in every way, about a referral that nobody knows."""


def missing_versions(draft: Draft) -> None:
    """The first versions were never written and never will be."""
    draft.say(ce_sequence=b"7")


def child_of_another(draft: Draft) -> None:
    """A receipt with a child that belongs to another one already: the database refuses it."""
    draft.put(children=[{"child_id": str(UUID(int=0x0DD)), "unborn": False}])


def newer_type(draft: Draft) -> None:
    """A type of tomorrow, of an aggregate of tomorrow."""
    subject = f"measure/{new_id(draft.chance)}".encode()
    draft.say(ce_type=b"measure.published.v1", ce_subject=subject)
    draft.data = json.dumps({"share": 0.5, "tomorrow": True}).encode()


def newer_edition(draft: Draft) -> None:
    """A later edition of a type that we know, of an aggregate of its own."""
    said = dict(draft.headers)["ce_type"] or b""
    draft.say(ce_type=said.replace(b".v1", b".v2"))
    draft.data = b'{"everything": "is called differently now"}'


UNREADABLE: Final[Sequence[Spoil]] = (
    foreign_bytes, foreign_json, null_key, null_key_and_value, giant_key, nul_in_subject, escaped_nul,
    surrogate_in_source, far_sequence, sequence_of_other_digits, time_before_all_time, time_after_all_time,
    week_for_time, braced_id, unknown_source, another_owners_type, giant_header, header_twice, header_without_value,
    header_names_that_are_no_text, another_specification, another_content,
)  # fmt: skip
OF_THEIR_VALUE: Final[Sequence[Spoil]] = (
    null_value, no_json, wrong_types, numbers_out_of_range, times_out_of_range, nul_and_surrogate, deep_nesting,
    too_long, name_twice,
)  # fmt: skip
READABLE: Final[Sequence[Spoil]] = (about_nothing, missing_versions, child_of_another)
NEWER: Final[Sequence[Spoil]] = (newer_type, newer_edition)
KINDS: Final[Mapping[Spoil, Fate]] = {
    **dict.fromkeys(UNREADABLE, Fate.PARKED),
    **dict.fromkeys((*OF_THEIR_VALUE, *READABLE), Fate.PARKED_OR_FOLLOWED),
    **dict.fromkeys(NEWER, Fate.FOLLOWED),
}
KEEPS_ITS_KEY: Final = frozenset({foreign_bytes, null_key, null_key_and_value, giant_key})
"""Kinds that say themselves what their key is."""


def new_id(chance: Random) -> UUID:
    """An id that nobody has."""
    return UUID(int=chance.getrandbits(128), version=4)
