"""What a database holds when it is migrated, forwards and back: nothing that people wrote is lost on the way."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from chassis.run import migrate
from chassis.run.provision import DatabaseUrls
from chassis.testing import revisions

BEFORE, SINCE = "0002", "0005"
CASE, CHILD, OTHER = (f"00000000-0000-0000-0000-00000000000{number}" for number in (1, 2, 3))
FIRST, SECOND, LATER = (f"00000000-0000-0000-0000-0000000000d{number}" for number in (1, 2, 3))
RECOMMENDED = tuple(f"00000000-0000-0000-0000-0000000000a{number}" for number in (1, 2, 3))
REQUEST, SILENT, HANDOVER = (f"00000000-0000-0000-0000-0000000000b{number}" for number in (1, 2, 3))
AT = "2026-11-24T10:00:00Z"

_DECIDED = """INSERT INTO decision (decision_id, case_id, child_id, recommendation_id, outcome, level, rationale,
    authorised_by, decided_at, policy_version) VALUES """
OLD = (
    f"""INSERT INTO "case" (case_id, referral_id, partnership, reference, agency, received_at, opened_at,
        suggested_rating, suggestion_reasons, concern_types, missing_information, immediate_danger, document_url,
        policy_version, decision_due_at, version, changed_version)
        VALUES ('{CASE}', '{CASE}', 'wandsworth', 'WAN-1', 'ashcroft-primary', '{AT}', '{AT}', 'red', '{{}}', '{{}}',
                '{{}}', false, 'https://intake.example.org/1', 'p', '{AT}', 9, 9)""",
    f"INSERT INTO child VALUES ('{CHILD}', '{CASE}', 0, false), ('{OTHER}', '{CASE}', 1, false)",
    f"""INSERT INTO recommendation (recommendation_id, case_id, child_id, outcome, level, rationale, recommended_by,
        recommended_at, settled)
        VALUES ('{RECOMMENDED[0]}', '{CASE}', '{CHILD}', 'assessment', '3', 'w', 'worker', '{AT}', 'agreed'),
               ('{RECOMMENDED[1]}', '{CASE}', '{OTHER}', 'assessment', '3', 'w', 'worker', '{AT}', 'agreed')""",
    f"""{_DECIDED} ('{FIRST}', '{CASE}', '{CHILD}', '{RECOMMENDED[0]}', 'assessment', '3', 'w', 'm', '{AT}', 'p'),
        ('{SECOND}', '{CASE}', '{OTHER}', '{RECOMMENDED[1]}', 'assessment', '3', 'w', 'm', '{AT}', 'p')""",
    f"""INSERT INTO handover (handover_id, case_id, team, child_ids, summary, offered_by, offered_at, accept_due_at,
        policy_version) VALUES ('{HANDOVER}', '{CASE}', 't', ARRAY['{CHILD}', '{OTHER}']::uuid[], 's', 'w', '{AT}',
        '{AT}', 'p')""",
    f"""INSERT INTO information_request (request_id, case_id, agency, lawful_basis, child_ids, question, requested_by,
        requested_at, due_at, policy_version, answer, content, answered_by, answered_at)
        VALUES ('{REQUEST}', '{CASE}', 'a', 'public-task', '{{}}', 'q', 'w', '{AT}', '{AT}', 'p', 'supplied',
                'Two incidents.', 'police', '{AT}'),
               ('{SILENT}', '{CASE}', 'b', 'public-task', '{{}}', 'q', 'w', '{AT}', '{AT}', 'p', NULL, NULL, NULL,
                NULL)""",
    f"""INSERT INTO news (case_id, edition, what, told_at, document_url, child_ids, immediate_danger)
        VALUES ('{CASE}', 2, 'correction', '{AT}', 'https://intake.example.org/2', '{{}}', false),
               ('{CASE}', 3, 'withdrawn', '{AT}', 'https://intake.example.org/3', '{{}}', false)""",
)


def event(kind: str, version: int, data: str) -> str:
    return f"""INSERT INTO event (event_id, aggregate, version, topic, key, headers, data, recorded_at)
        VALUES (gen_random_uuid(), 'case/{CASE}', {version}, 'triage.v1', '', '{{"ce_type": "{kind}"}}', '{data}',
                '{AT}')"""


HISTORY = (
    event("case.decided.v1", 4, f'{{"decision_id": "{FIRST}"}}'),
    event("case.informed.v1", 5, '{"edition": 2}'),
    event("case.decided.v1", 6, f'{{"decision_id": "{SECOND}"}}'),
)


@pytest.fixture
async def urls_before(migrated_database: Callable[[str], Awaitable[DatabaseUrls]]) -> DatabaseUrls:
    urls = await migrated_database("triage")
    await revisions.downgrade(urls.owner_url, package="triage", to=BEFORE)
    return urls


@pytest.fixture
async def owner_before(urls_before: DatabaseUrls) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(
        make_url(urls_before.owner_url).set(drivername="postgresql+asyncpg"), poolclass=NullPool
    )
    async with engine.begin() as tx:
        for statement in (*OLD, *HISTORY):
            await tx.exec_driver_sql(statement)
    yield engine
    await engine.dispose()


async def rows(engine: AsyncEngine, query: str) -> list[tuple[object, ...]]:
    async with engine.begin() as tx:
        return [tuple(row) for row in await tx.execute(text(query))]


async def test_decisions_and_news_get_the_versions_that_the_history_gives_them(
    urls_before: DatabaseUrls, owner_before: AsyncEngine
) -> None:
    await migrate.upgrade(urls_before.owner_url, package="triage", to=SINCE)

    decisions = await rows(owner_before, "SELECT version, supersedes FROM decision ORDER BY version")
    news = await rows(owner_before, "SELECT edition, version, about FROM news ORDER BY edition")
    assert decisions == [(4, None), (6, None)]
    assert news == [(2, 5, []), (3, -3, [])]  # the history lacks the second: it is older than every decision


async def test_answers_and_handovers_are_kept_under_what_they_are_now(
    urls_before: DatabaseUrls, owner_before: AsyncEngine
) -> None:
    await migrate.upgrade(urls_before.owner_url, package="triage", to=SINCE)

    answers = await rows(
        owner_before, "SELECT request_id::text, revision, statement, answer, content, said_by FROM information_answer"
    )
    [(decision_ids, role)] = await rows(owner_before, "SELECT decision_ids::text[], role FROM handover")
    assert answers == [(REQUEST, 1, "answered", "supplied", "Two incidents.", "police")]
    assert (sorted(map(str, decision_ids if isinstance(decision_ids, list) else [])), role) == ([FIRST, SECOND], None)


async def test_the_way_back_keeps_the_newest_decision_and_answer(
    urls_before: DatabaseUrls, owner_before: AsyncEngine
) -> None:
    await migrate.upgrade(urls_before.owner_url, package="triage", to=SINCE)
    async with owner_before.begin() as tx:
        for statement in (
            f"""INSERT INTO recommendation (recommendation_id, case_id, child_id, outcome, level, rationale,
                recommended_by, recommended_at, settled)
                VALUES ('{RECOMMENDED[2]}', '{CASE}', '{CHILD}', 'strategy-discussion', '4', 'w', 'w', '{AT}',
                        'agreed')""",
            f"""INSERT INTO decision VALUES ('{LATER}', '{CASE}', '{CHILD}', '{RECOMMENDED[2]}', 'strategy-discussion',
                '4', NULL, 'w', 'm', '{AT}', 'p', 10, '{FIRST}', 'mistake-found')""",
            f"""INSERT INTO information_answer (request_id, revision, statement, answer, content, said_by, said_at)
                VALUES ('{REQUEST}', 2, 'corrected', 'partial', 'One.', 'police', '{AT}')""",
            f"""INSERT INTO news (case_id, version, what, told_at, about, child_ids, immediate_danger, request_id)
                VALUES ('{CASE}', 11, 'agency-correction', '{AT}', '{{}}', '{{}}', false, '{REQUEST}')""",
        ):
            await tx.exec_driver_sql(statement)

    await revisions.downgrade(urls_before.owner_url, package="triage", to=BEFORE)

    decided = await rows(owner_before, "SELECT decision_id::text FROM decision ORDER BY decision_id")
    answered = await rows(owner_before, "SELECT answer, content FROM information_request ORDER BY answer")
    assert decided == [(SECOND,), (LATER,)]
    assert answered == [("partial", "One."), (None, None)]
    assert await rows(owner_before, "SELECT edition FROM news ORDER BY edition") == [(2,), (3,)]


async def test_of_a_child_that_was_known_before_no_plan_is_known_and_none_is_denied(
    urls_before: DatabaseUrls, owner_before: AsyncEngine
) -> None:
    await migrate.upgrade(urls_before.owner_url, package="triage", to="0008")

    assert await rows(owner_before, "SELECT plans FROM child") == [(None,), (None,)]
