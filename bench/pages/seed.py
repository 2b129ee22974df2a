"""Cases by the million, written by SQL at the revision before the queue had columns of its own; then migrated."""

import time
from collections.abc import Mapping
from typing import Final

import asyncpg

from bench.indexes import built_afterwards
from chassis.run import migrate
from chassis.run.provision import DatabaseUrls, provision

BEFORE: Final = "0006"
_NAME: Final = "bench_pages"

_CASES: Final = """
    INSERT INTO "case" (case_id, referral_id, partnership, reference, agency, received_at, opened_at,
        suggested_rating, suggestion_reasons, concern_types, missing_information, immediate_danger, document_url,
        policy_version, rating, decision_due_at, closed_at, closed_reason, version, changed_version)
    SELECT md5('case' || n)::uuid, md5('referral' || n)::uuid, 'wandsworth', 'WAN-' || n, 'ashcroft-primary',
           at, at, 'amber', '{concern-type}', '{neglect}', '{}', n % 40 = 0, 'https://intake.example.org/' || n, $3,
           CASE WHEN n % 7 = 0 THEN NULL ELSE (ARRAY['red','amber','green','blue'])[1 + n % 4] END,
           at + interval '31 hours', CASE WHEN is_open THEN NULL ELSE at + interval '40 hours' END,
           CASE WHEN is_open THEN NULL ELSE 'decided' END, 6, 6
    FROM (SELECT n, n > $1 - $2 * 9 / 10 OR n % ($1 / ($2 / 10)) = 0 AS is_open,
                 now() - ($1 - n) * (interval '1095 days' / $1) AS at
          FROM generate_series(1, $1::bigint) n) one
"""
_REST: Final[Mapping[str, str]] = {
    "child": """INSERT INTO child SELECT md5('child' || place || case_id)::uuid, case_id, place, false
                FROM "case", generate_series(0, 1) place""",
    "rating": """INSERT INTO rating SELECT case_id, 2, rating, NULL, NULL, 'worker', opened_at, decision_due_at
                 FROM "case" WHERE rating IS NOT NULL""",
    "request": """INSERT INTO information_request SELECT md5(agency || case_id)::uuid, case_id, agency, 'public-task',
                      '{}', 'What is known?', 'worker', opened_at, opened_at + interval '1 day', policy_version
                  FROM (SELECT c.case_id, c.opened_at, c.policy_version, a.agency
                        FROM "case" c, unnest(ARRAY['metropolitan-police', 'wandsworth-housing']) a(agency)) one""",
    "answer": """INSERT INTO information_answer SELECT r.request_id, 1, 'answered', 'supplied', 'Two incidents.', NULL,
                     NULL, NULL, 'agency', r.due_at
                 FROM information_request r JOIN "case" c USING (case_id)
                 WHERE c.closed_at IS NOT NULL OR r.agency = 'metropolitan-police'""",
    "news": """INSERT INTO news (case_id, version, what, told_at, about, child_ids, immediate_danger, request_id,
                   revision, seen_by, seen_at)
               SELECT r.case_id, 4, 'agency-answer', r.due_at, '{}', '{}', false, r.request_id, 1,
                   CASE WHEN c.closed_at IS NOT NULL THEN 'worker' END, c.closed_at
               FROM information_request r JOIN "case" c USING (case_id) WHERE r.agency = 'metropolitan-police'""",
    "recommendation": """INSERT INTO recommendation (recommendation_id, case_id, child_id, outcome, level, rationale,
                             recommended_by, recommended_at, settled)
                         SELECT md5('r' || child_id)::uuid, c.case_id, child_id, 'no-further-action', '1', 'Because.',
                             'worker', c.opened_at, CASE WHEN c.closed_at IS NOT NULL THEN 'agreed' END
                         FROM child JOIN "case" c USING (case_id)
                         WHERE c.closed_at IS NOT NULL OR child.place = 0 OR hashtext(c.case_id::text) % 5 = 0""",
    "decision": """INSERT INTO decision (decision_id, case_id, child_id, recommendation_id, outcome, level, rationale,
                       authorised_by, decided_at, policy_version, version)
                   SELECT md5('d' || child_id)::uuid, c.case_id, child_id, md5('r' || child_id)::uuid,
                       'no-further-action', '1', 'Agreed.', 'manager', c.closed_at, c.policy_version, 5
                   FROM child JOIN "case" c USING (case_id) WHERE c.closed_at IS NOT NULL""",
    "clock": """INSERT INTO clock SELECT md5('clock' || case_id)::uuid, case_id, case_id, 'decision', opened_at,
                    decision_due_at, 'case.decided.v1', policy_version, closed_at FROM "case" """,
    "event": """INSERT INTO event (event_id, aggregate, version, topic, key, headers, data, recorded_at, published_at)
                SELECT gen_random_uuid(), 'case/' || case_id, version, 'triage.v1',
                    convert_to(referral_id::text, 'UTF8'), '{"ce_type": "case.rated.v1"}', '{}',
                    opened_at, opened_at FROM "case" """,
}

_FILLED: Final = (
    "case", "child", "rating", "information_request", "information_answer", "news", "recommendation", "decision",
    "clock", "event",
)  # fmt: skip


async def seed(
    admin_url: str, *, name: str = _NAME, stored: int, still_open: int, policy_version: str
) -> tuple[DatabaseUrls, float]:
    """A migrated database with so many cases, and how many seconds the migration of them took."""
    urls = await provision(admin_url, name, password="only-for-bench")
    await migrate.upgrade(urls.owner_url, package="triage", to=BEFORE)
    connection = await asyncpg.connect(admin_url, database=name)
    try:
        await connection.execute("SET session_replication_role = replica; SET maintenance_work_mem = '256MB'")
        async with built_afterwards(connection, _FILLED):
            await connection.execute(_CASES, stored, still_open, policy_version, timeout=3600)
            for what, statement in _REST.items():
                print(f"  seeding: {what}", flush=True)
                await connection.execute(statement, timeout=3600)
        await connection.execute("ANALYZE", timeout=3600)
        began = time.perf_counter()
        await migrate.upgrade(urls.owner_url, package="triage")
        took = time.perf_counter() - began
        await connection.execute("""UPDATE "case" SET worker = 'manager', team = 'wandsworth-mash'
                                    WHERE closed_at IS NULL AND hashtext(case_id::text) % 10 = 0""")
        await connection.execute("VACUUM ANALYZE", timeout=3600)
    finally:
        await connection.close()
    return urls, took
