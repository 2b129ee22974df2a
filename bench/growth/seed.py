"""Years of records, written by SQL into the four databases, with indexes as full as years of use leave them."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Self

import asyncpg

from audit.commitment import DOMAIN, VERSION
from audit.merkle import HASH_BYTES, LEAF_PREFIX, root_of
from audit.tiles import TILE_WIDTH
from bench.indexes import built_afterwards
from bench.pages.seed import seed as seed_triage
from chassis.run import migrate
from chassis.run.provision import DatabaseUrls, provision

VERSIONS: Final = 20
"""Entries of the log for each case."""
_SECONDS: Final = 7200
_PASSWORD: Final = "only-for-bench"
_CHUNK: Final = 1_000_000
_TILES_AT_ONCE: Final = 2_000


@dataclass(frozen=True)
class Size:
    """How much is stored."""

    cases: int
    still_open: int
    notices: int
    entries: int

    @classmethod
    def of(cls, share: float) -> Self:
        """A share of one million cases with all that belongs to them."""
        cases = int(1_000_000 * share)
        return cls(cases, int(20_000 * share), 5 * cases, VERSIONS * cases)


NEARLY_EMPTY: Final = Size(cases=2_000, still_open=100, notices=10_000, entries=40_000)
"""As many as fill a page of everything that is measured: an empty page costs nothing and says nothing."""

_INTAKE: Final = (
    """INSERT INTO referral (referral_id, reference, partnership, agency, received_at, decision_expected_by,
           immediate_danger, content_commitment, looked_at, closed_at)
       SELECT md5('referral' || n)::uuid, 'WAN-' || n, 'wandsworth', 'ashcroft-primary',
           now() - ($1 - n) * (interval '1095 days' / $1), now(), false, md5(n::text), now(), now()
       FROM generate_series(1, $1::bigint) n""",
    """INSERT INTO child (child_id, referral_id, place, unborn)
       SELECT md5('child' || place || n)::uuid, md5('referral' || n)::uuid, place, false
       FROM generate_series(1, $1::bigint) n, generate_series(0, 1) place""",
    """INSERT INTO document (referral_id, salt, content)
       SELECT md5('referral' || n)::uuid, sha256(n::text::bytea), convert_to(repeat(md5(n::text), 40), 'UTF8')
       FROM generate_series(1, $1::bigint) n""",
    """INSERT INTO idempotency (client_id, key, fingerprint, referral_id, answer)
       SELECT 'ashcroft', 'key-' || n, sha256(n::text::bytea), md5('referral' || n)::uuid,
           convert_to(repeat(md5(n::text), 20), 'UTF8') FROM generate_series(1, $1::bigint) n""",
    """INSERT INTO event (event_id, aggregate, version, topic, key, headers, data, recorded_at, published_at)
       SELECT gen_random_uuid(), 'referral/' || md5('referral' || n)::uuid, 1, 'referral-intake.v1',
           convert_to(md5('referral' || n)::uuid::text, 'UTF8'), '{"ce_type": "referral.received.v1"}',
           convert_to(repeat(md5(n::text), 30), 'UTF8'), now(), now() FROM generate_series(1, $1::bigint) n""",
    """INSERT INTO applied (aggregate, version)
       SELECT 'case/' || md5('case' || n)::uuid, 20 FROM generate_series(1, $1::bigint) n""",
)
_NOTIFY: Final = (
    """INSERT INTO endpoint (endpoint_id, partnership, agency, channel, address, changed_at, changed_by)
       VALUES (md5('endpoint')::uuid, 'wandsworth', 'agency-0', 'email', 'agency@example.org', now(), 'operator')""",
    """INSERT INTO notice (notice_id, caused_by, partnership, agency, kind, referral_id, reference, about_id, urgent,
           queued_at, opened_at, done_at)
       SELECT md5('notice' || n)::uuid, md5('cause' || n)::uuid, 'wandsworth', 'agency-' || n % 20,
           'information-requested', md5('referral' || n / 5)::uuid, 'WAN-' || n / 5, md5('about' || n)::uuid, false,
           at, at, at
       FROM (SELECT n, now() - ($1 - n) * (interval '1095 days' / $1) AS at
             FROM generate_series(1, $1::bigint) n) one""",
    """INSERT INTO delivery (delivery_id, notice_id, endpoint_id, state, attempts, next_attempt_at, finished_at)
       SELECT md5('delivery' || n)::uuid, md5('notice' || n)::uuid, md5('endpoint')::uuid, 'delivered', 1, now(), now()
       FROM generate_series(1, $1::bigint) n""",
    """INSERT INTO attempt (delivery_id, number, started_at, finished_at, status)
       SELECT md5('delivery' || n)::uuid, 1, now(), now(), 250 FROM generate_series(1, $1::bigint) n""",
    """INSERT INTO event (event_id, aggregate, version, topic, key, headers, data, recorded_at, published_at)
       SELECT gen_random_uuid(), 'notice/' || md5('notice' || n)::uuid, version, 'agency-notify.v1',
           convert_to(md5('referral' || n / 5)::uuid::text, 'UTF8'), '{"ce_type": "notice.queued.v1"}',
           convert_to(repeat(md5(n::text), 10), 'UTF8'), now(), now()
       FROM generate_series(1, $1::bigint) n, generate_series(1, 2) version""",
)
_FILLED: Final[Mapping[str, tuple[str, ...]]] = {
    "triage": ("applied",),
    "referral_intake": ("referral", "child", "document", "idempotency", "event", "applied"),
    "agency_notify": ("notice", "delivery", "attempt", "event"),
    "audit": ("entry", "applied"),
}
_TRIAGE: Final = """
    INSERT INTO applied (aggregate, version)
    SELECT kind || '/' || md5(kind || n)::uuid, 2
    FROM generate_series(1, $1::bigint) n, unnest('{referral,notice}'::text[]) kind"""
_ENTRIES: Final = """
    INSERT INTO entry (leaf_index, event_id, subject, version, type, referral_id, partnership, occurred_at, body, salt,
        leaf)
    SELECT n, md5('event' || n)::uuid, 'case/' || md5('case' || (1 + n / 20))::uuid, 1 + n % 20,
        CASE WHEN n % 2 = 0 THEN 'record.accessed.v1' ELSE 'case.rated.v1' END,
        md5('referral' || (1 + n / 20))::uuid, 'wandsworth', now(), body, salt, $3 || sha256($4 || salt || body)
    FROM (SELECT n, sha256(n::text::bytea) AS salt, convert_to(repeat(md5(n::text), 10), 'UTF8') AS body
          FROM generate_series($1::bigint, $2::bigint - 1) n) one"""
_LEAF_TILES: Final = """
    INSERT INTO tile (level, tile_index, hashes)
    SELECT 0, leaf_index / 256, string_agg(sha256($3 || leaf), ''::bytea ORDER BY leaf_index)
    FROM entry WHERE leaf_index >= $1 AND leaf_index < $2 GROUP BY 2"""
_TILES: Final = """
    SELECT hashes FROM tile WHERE level = $1 AND tile_index >= $2 AND tile_index < $3 ORDER BY tile_index"""
_AUDIT: Final = (
    """INSERT INTO applied (aggregate, version)
       SELECT 'case/' || md5('case' || n)::uuid, 20 FROM generate_series(1, $1::bigint) n""",
    "INSERT INTO position (topic, partition, next_offset) SELECT 'triage.v1', 0, 0 WHERE $1 > 0",
)


async def seed(admin_url: str, name: str, size: Size, *, policy_version: str) -> Mapping[str, DatabaseUrls]:
    """The four databases by package, migrated and full; what was recorded is published and read."""
    urls = {}
    urls["triage"], _ = await seed_triage(
        admin_url, name=f"{name}_triage", stored=size.cases, still_open=size.still_open, policy_version=policy_version
    )
    for package in ("referral_intake", "agency_notify", "audit"):
        urls[package] = await provision(admin_url, f"{name}_{package}", password=_PASSWORD)
        await migrate.upgrade(urls[package].owner_url, package=package)
    for package, statements, count in (
        ("triage", (_TRIAGE,), size.cases),
        ("referral_intake", _INTAKE, size.cases),
        ("agency_notify", _NOTIFY, size.notices),
        ("audit", _AUDIT, size.cases),
    ):
        async with _superuser(admin_url, f"{name}_{package}") as connection:
            async with built_afterwards(connection, _FILLED[package]):
                await _run(connection, statements, count)
                if package == "audit":
                    await _fill_log(connection, size.entries)
            if package == "audit":
                await _grow_tree(connection, size.entries)
            await connection.execute("VACUUM ANALYZE", timeout=_SECONDS)
    return urls


async def existing(admin_url: str, name: str) -> Mapping[str, DatabaseUrls]:
    """The databases that ``seed`` made on this server before, brought to the newest revision."""
    urls = {package: await provision(admin_url, f"{name}_{package}", password=_PASSWORD) for package in _FILLED}
    for package, each in urls.items():
        await migrate.upgrade(each.owner_url, package=package)
    return urls


@asynccontextmanager
async def _superuser(admin_url: str, database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(admin_url, database=database)
    try:
        yield connection
    finally:
        await connection.close()


async def _run(connection: asyncpg.Connection, statements: tuple[str, ...], count: int) -> None:
    """Without checks of foreign keys, but with our own triggers: what counts events counts these."""
    await connection.execute("ALTER TABLE event ENABLE ALWAYS TRIGGER event_tally")
    await connection.execute("ALTER TABLE applied ENABLE ALWAYS TRIGGER applied_tally")
    await connection.execute("SET session_replication_role = replica")
    for statement in statements:
        values = (count,) if "$1" in statement else ()
        await connection.execute(statement, *values, timeout=_SECONDS)


async def _fill_log(connection: asyncpg.Connection, size: int) -> None:
    """Entries that open their leaves."""
    for first in range(0, size, _CHUNK):
        await connection.execute(_ENTRIES, first, min(size, first + _CHUNK), VERSION, DOMAIN, timeout=_SECONDS)


async def _grow_tree(connection: asyncpg.Connection, size: int) -> None:
    """The tree over the entries: each level of full tiles out of the one below."""
    await connection.execute(_LEAF_TILES, 0, size, LEAF_PREFIX, timeout=_SECONDS)
    level = 0
    while await _add_level(connection, level, size):
        level += 1
    await connection.execute("UPDATE log SET size = $1", size)


async def _add_level(connection: asyncpg.Connection, below: int, size: int) -> bool:
    """The roots of the full tiles of a level, as tiles of the next; False when there is none."""
    full = size >> (8 * (below + 1))
    roots: list[bytes] = []
    for first in range(0, full, _TILES_AT_ONCE):
        rows = await connection.fetch(_TILES, below, first, min(full, first + _TILES_AT_ONCE))
        roots += [root_of(list(_split(row["hashes"]))) for row in rows]
    tiles = [(below + 1, at // TILE_WIDTH, b"".join(roots[at : at + TILE_WIDTH])) for at in range(0, full, TILE_WIDTH)]
    if tiles:
        await connection.copy_records_to_table("tile", records=tiles, columns=("level", "tile_index", "hashes"))
    return bool(tiles)


def _split(hashes: bytes) -> Iterator[bytes]:
    for at in range(0, len(hashes), HASH_BYTES):
        yield hashes[at : at + HASH_BYTES]
