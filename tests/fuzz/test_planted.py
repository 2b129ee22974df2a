"""Nothing that a referrer wrote, through whatever door, is in any log, span, metric, event, or answer to others."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from frontdoor.demo.waiting import until
from tests.e2e.planted import Planted
from tests.fuzz import doors
from tests.fuzz.doors import Through
from tests.fuzz.people import CLAIMS
from tests.fuzz.server import Server, serving
from tests.fuzz.wire import Answer, request, talk

ENOUGH_PLACES = 500
TABLES_WITH_WORDS = {"document"}
SPANS_LEAVE_AFTER_MILLISECONDS = "200"


@dataclass
class Sown:
    """A server to which everything was told, and what it answered."""

    server: Server
    planted: Planted = field(default_factory=Planted)
    taken: list[Answer] = field(default_factory=list)
    refused: list[Answer] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    async def send(self, through: Through) -> Answer:
        """One request through a door."""
        named = dict(through.headers)
        if through.role is not None:
            named.update(self.token(through.role))
        return (await talk(self.server.port, request(through.method, through.path, named, through.body)))[0]

    def token(self, role: str) -> dict[str, str]:
        """What somebody of a role sends to prove who they are."""
        return self.server.headers(roles=[role], **{**(CLAIMS[role] or {}), "subject": f"{role}-1"})

    async def sow(self) -> None:
        """Everything that is taken, then everything that is not."""
        for door in (doors.referral, doors.message):
            self.taken.append(await self.send(door(self.planted)))
        reference = json.loads(self.taken[0].body)["referral_id"]
        self.paths.append(f"{doors.REFERRALS}/{reference}")
        for through in doors.additions(self.paths[0], self.planted):
            self.taken.append(await self.send(through))
        for through in (*doors.refused(self.paths[0], self.planted), *doors.around(self.paths[0], self.planted)):
            self.refused.append(await self.send(through))


@pytest.fixture(scope="module")
async def sown(postgres: str) -> AsyncIterator[Sown]:
    spans = {"OTEL_TRACES_EXPORTER": "console", "OTEL_BSP_SCHEDULE_DELAY": SPANS_LEAVE_AFTER_MILLISECONDS}
    async with serving(postgres, **spans) as server:
        told = Sown(server)
        await told.sow()
        yield told


async def test_what_was_written_is_kept_where_it_belongs(sown: Sown) -> None:
    assert [answer.status for answer in sown.taken] == [202, 200, 202, 202, 202, 202]

    documents = await sown.server.rows("SELECT convert_from(content, 'UTF8') AS content FROM document")

    assert len(documents) == 6
    assert sum(row["content"].count(sown.planted.mark) for row in documents) > ENOUGH_PLACES


async def test_no_answer_repeats_it(sown: Sown) -> None:
    answers = [*sown.taken, *sown.refused]

    assert len(sown.refused) > 50
    assert all(answer.status < 500 for answer in answers)
    assert [answer for answer in answers if sown.planted.found_in(answer.body.decode() + str(answer.headers))] == []


async def test_no_other_party_is_shown_it(sown: Sown) -> None:
    shown = {}
    for role in (
        "operator",
        "auditor",
        "records-officer",
        "mash-manager",
        "service",
        "agency-representative",
        "nobody",
    ):
        for path in (
            sown.paths[0],
            f"{sown.paths[0]}/receipt",
            f"{sown.paths[0]}/disposal",
            doors.REFERRALS,
            *_OF_OTHERS,
        ):
            through = Through("GET", path, role=None if role == "nobody" else role)
            shown[role, path] = await sown.send(through)

    assert {200, 401, 403, 404} <= {answer.status for answer in shown.values()}
    assert [asked for asked, answer in shown.items() if sown.planted.found_in(answer.body.decode())] == []


_OF_OTHERS = (
    "/operator/partners",
    "/operator/standings",
    "/operator/parked",
    "/operator/heads",
    "/v1/holds",
    "/v1/disposal-runs",
    "/metrics",
)


async def test_no_log_and_no_span_holds_it(sown: Sown) -> None:
    async def ask() -> bool | None:
        return "POST /v1/referrals/{referral_id}/withdrawal" in sown.server.said() or None

    await until("the spans of the last request that was taken", ask)

    said = sown.server.said()
    assert said.count('"request answered"') > 50
    assert '"http.route": "/v1/referrals"' in said
    assert [line for line in said.splitlines() if sown.planted.found_in(line)] == []


async def test_no_event_and_no_other_table_holds_it(sown: Sown) -> None:
    names = await sown.server.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    tables = {row["tablename"] for row in names} - TABLES_WITH_WORDS
    found = {}
    for table in tables:
        rows = await sown.server.rows(f"SELECT t::text AS row, to_jsonb(t)::text AS document FROM {table} t")
        found[table] = "\n".join(row["row"] + row["document"] + _bytes_in(row["row"]) for row in rows)

    assert {"event", "referral", "child", "idempotency"} <= tables
    assert '"content_commitment"' in found["event"]
    assert [table for table, rows in found.items() if sown.planted.found_in(rows)] == []


def _bytes_in(row: str) -> str:
    """What PostgreSQL shows as hexadecimal digits, as text."""
    parts = row.split("\\x")[1:]
    digits = ("".join(character for character in part if character in "0123456789abcdef") for part in parts)
    return "\n".join(bytes.fromhex(each[: len(each) // 2 * 2]).decode(errors="replace") for each in digits)
