"""What somebody without a token learns from the log: that it grew, and nothing of what it holds."""

import json
import uuid
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Route

from audit import store
from audit.entry import canonical_entry
from audit.merkle import leaf_hash
from audit.model import PendingEntry
from audit.tiles import TileName, level_count, names_at
from chassis.run.service import Service

DatabaseLog = Any  # the log in a database that the fixture makes
SIZE: Final = 300
EVENT, REFERRAL = uuid.UUID("5ec2e7ed-0000-4000-8000-000000000001"), uuid.UUID("5ec2e7ed-0000-4000-8000-000000000002")
TIME: Final = datetime(2031, 7, 19, 4, 23, 11, tzinfo=UTC)
SECRETS: Final = {
    "id": str(EVENT),
    "type": "case.planted.v7",
    "source": "planted-service",
    "subject": "case/5ec2e7ed-0000-4000-8000-000000000003",
    "time": TIME.isoformat(),
    "partnership": "planted-borough",
    "correlationid": str(REFERRAL),
    "traceparent": "00-5ec2e7edaf7651916cd43dd8448eb211-b7ad6b7169203331-01",
    "reference": "PLA-7K3M-Q9TD",
    "agency": "planted-primary",
    "concern": "planted-concern",
    "refusal_ground": "planted-investigation",
    "outcome": "planted-outcome",
}
OF_ENVELOPE: Final = frozenset(list(SECRETS)[:8])
PUBLIC: Final = frozenset(
    {
        "/checkpoint",
        "/key",
        "/predecessor",
        "/tile/{path}",
        "/v1/proofs/consistency",
        "/v1/proofs/inclusion",
        "/v1/witnesses",
        "/witnessed-checkpoint",
        "/openapi.json",
        "/health/live",
        "/health/ready",
        "/metrics",
    }
)
"""Every route that answers without a token. A new one has to be thought about before it stands here."""


def planted(number: int) -> PendingEntry:
    """One of many entries that look like this, distinguished by an id that no outsider knows."""
    event_id = uuid.UUID(int=EVENT.int + number * 2**64)
    envelope: dict[str, str | int] = {name: SECRETS[name] for name in OF_ENVELOPE}
    envelope["id"] = str(event_id)
    data = {name: value for name, value in SECRETS.items() if name not in OF_ENVELOPE}
    body = canonical_entry({**envelope, "sequence": number + 1}, json.dumps(data).encode())
    return PendingEntry(
        event_id, SECRETS["subject"], number + 1, SECRETS["type"], REFERRAL, SECRETS["partnership"], TIME, body
    )


def traces_of(body: bytes) -> Iterator[tuple[str, bytes]]:
    """Every form in which something planted could show: itself, or a hash that anybody who guesses it can make."""
    entry = json.loads(body)
    values = {name: str(value) for name, value in SECRETS.items()} | {"day": "2031-07-19", "hour": "04:23"}
    plain = [(name, value.encode()) for name, value in values.items()]
    yield from plain
    yield from ((f"{name}, bare", value.replace(b"-", b"")) for name, value in plain if value.count(b"-") == 4)
    guesses = [*plain, ("the entry", body), ("its data", json.dumps(entry["data"]).encode())]
    for name, guess in guesses:
        for how, digest in (("hash", sha256(guess).digest()), ("leaf hash", leaf_hash(guess))):
            yield f"{how} of {name}", digest
            yield f"{how} of {name}, hex", digest.hex().encode()
            yield f"{how} of {name}, base64", b64encode(digest)


def tiles() -> Iterator[str]:
    names = [*names_at(None, SIZE), *(name for level in range(level_count(SIZE)) for name in names_at(level, SIZE))]
    names += [TileName(None, 0, 1), TileName(0, 0, 1), TileName(None, 9)]
    return (name.path.removeprefix("tile/") for name in names)


ASKED: Final = {
    "path": tuple(tiles()),
    "referral_id": (str(REFERRAL), str(uuid.UUID(int=1))),
    "first": ("0", "256", "5000"),
    "parked_id": ("1",),
    "reader": ("somebody", str(uuid.UUID(int=1))),
}
"""What an outsider puts into each part of a path that is not fixed."""
QUERIES: Final[tuple[dict[str, str], ...]] = (
    {},
    {"event_id": str(EVENT)},
    {"event_id": str(uuid.UUID(int=1))},
    {"leaf_index": "0"},
    {"leaf_index": "299"},
    {"leaf_index": "5000"},
    {"old": "1", "new": str(SIZE)},
    {"old": "1", "new": "5000"},
    {"referral_id": str(REFERRAL)},
    {"after": SECRETS["subject"][:8]},
)


@dataclass(frozen=True)
class Seen:
    """One answer to somebody without a token."""

    route: str
    asked: str
    answer: httpx2.Response

    @property
    def is_open(self) -> bool:
        return self.answer.status_code not in (401, 403, 405)

    @property
    def bytes(self) -> bytes:
        headers = b"\n".join(b"%b: %b" % pair for pair in self.answer.headers.raw)
        return self.answer.content + headers


def paths_of(template: str) -> Iterator[str]:
    name = template.partition("{")[2].partition("}")[0]
    if not name:
        yield template
        return
    for value in ASKED[name]:  # a KeyError: think what an outsider would ask here
        yield from paths_of(template.replace(f"{{{name}}}", value, 1))


def every_route(app: FastAPI) -> Iterator[tuple[str, set[str]]]:
    """The path and the methods of each, as the framework finds them in routers within routers."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        assert isinstance(route, Route), f"{type(route)} is no plain route: say how an outsider would use it"
        yield str(context.path_format), set(context.methods or ())


@pytest.fixture
async def seen(database_log: DatabaseLog, service: Service, http: httpx2.AsyncClient) -> list[Seen]:
    """Everything that every route answers to somebody without a token, over a log full of planted secrets."""
    async with database_log.db.transaction() as tx:
        await store.append(tx, [planted(number) for number in range(SIZE)])
    await database_log.advance()
    found = []
    for template, methods in every_route(service.app):
        for method in sorted(methods - {"HEAD"}):
            for path in paths_of(template):
                for query in QUERIES:
                    answer = await http.request(method, path, params=query)
                    found.append(Seen(template, str(answer.request.url), answer))
    return found


def test_no_more_is_open_than_what_is_meant_to_be(seen: list[Seen]) -> None:
    assert {each.route for each in seen if each.is_open} == PUBLIC


def test_nothing_open_says_anything_of_what_the_log_holds(seen: list[Seen]) -> None:
    looked_for = [trace for number in (0, 255, 299) for trace in traces_of(planted(number).body)]
    searched = [each for each in seen if each.answer.status_code < 500]

    shown = {(each.route, what) for each in searched for what, trace in looked_for if trace in each.bytes}

    assert len(searched) > 100
    assert shown == set()


def test_an_id_that_is_in_the_log_is_answered_like_one_that_is_not(seen: list[Seen]) -> None:
    answers: dict[str, set[tuple[int, bytes]]] = {}
    for each in (each for each in seen if each.route != "/metrics"):  # counts requests, these among them
        for known, unknown in ((str(EVENT), str(uuid.UUID(int=1))), (str(REFERRAL), str(uuid.UUID(int=1)))):
            if known in each.asked or unknown in each.asked:
                asked = each.asked.replace(known, "…").replace(unknown, "…")
                answers.setdefault(asked, set()).add((each.answer.status_code, each.answer.content))

    assert len(answers) > 3
    assert {asked for asked, given in answers.items() if len(given) > 1} == set()


def test_every_leaf_is_of_one_length_whatever_its_entry(seen: list[Seen]) -> None:
    bundles = {
        each.asked.partition("?")[0]: each.answer.content
        for each in seen
        if "/tile/entries/" in each.asked and each.answer.status_code == 200
    }

    widths = {len(content) for content in bundles.values()}

    assert widths == {35, 44 * 35, 256 * 35}


def test_a_checkpoint_says_origin_size_and_root_and_nothing_else(seen: list[Seen]) -> None:
    notes = {each.answer.text for each in seen if each.route == "/checkpoint" and each.answer.status_code == 200}

    (note,) = notes
    assert len(note.partition("\n\n")[0].split("\n")) == 3


def test_no_answer_says_when_it_changed(seen: list[Seen]) -> None:
    named = {name.lower() for each in seen if each.is_open for name in each.answer.headers}

    assert named.isdisjoint({"etag", "last-modified", "age"})
