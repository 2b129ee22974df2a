"""The door: whatever passes fits the columns behind it and can be written back; whatever we write passes."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from chassis.db import Database
from chassis.delivery.events import Context, TooLong, record
from chassis.delivery.messages import Record, parsed, read
from chassis.delivery.relay import headers_of
from chassis.run.provision import DatabaseUrls
from chassis.testing.delivery import NOW, closed, message
from chassis.testing.door import Headers, envelopes, header_sets
from contracts.bounds import MOST_DATA_BYTES
from contracts.envelope import NO_PARTNERSHIP, Envelope
from contracts.events import CaseClosed, ReferralDisposed
from contracts.problems import Invalid

CASE, REFERRAL = UUID(int=1), UUID(int=2)
MAY_DIFFER = {"ce_time", "traceparent", "content-type"}
"""An instant has several forms, a broken trace is dropped, and the content type may be left unsaid."""

_STORE = text(
    """INSERT INTO event (event_id, aggregate, version, topic, key, headers, data, recorded_at)
       SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:aggregates AS text[]), CAST(:versions AS integer[]),
                            CAST(:topics AS text[]), CAST(:keys AS bytea[]), CAST(:headers AS jsonb[]),
                            CAST(:data AS bytea[]), CAST(:times AS timestamptz[]))"""
)
_APPLY = text(
    """INSERT INTO applied (aggregate, version)
       SELECT DISTINCT ON (aggregate) * FROM unnest(CAST(:aggregates AS text[]), CAST(:versions AS integer[]))
            AS n(aggregate, version)
       ON CONFLICT (aggregate) DO UPDATE SET version = EXCLUDED.version"""
)


@pytest.fixture(scope="module")
async def store(migrated_database: Callable[[str], Awaitable[DatabaseUrls]]) -> AsyncIterator[Database]:
    database = Database.connect((await migrated_database("chassis.testing")).app_url)
    yield database
    await database.close()


def accepted(headers: Headers) -> Envelope | None:
    try:
        return Envelope.from_headers(headers)
    except Invalid:
        return None


@given(header_sets())
@settings(max_examples=500, deadline=None)
def test_whatever_comes_is_accepted_or_refused_and_what_is_accepted_is_written_back_as_it_came(
    headers: Headers,
) -> None:
    envelope = accepted(headers)

    if envelope is not None:
        written = dict(envelope.to_headers())
        assert Envelope.from_headers(list(written.items())) == envelope
        came = {name: value for name, value in headers if name in written}
        assert {name for name in written if written[name] != came.get(name)} <= MAY_DIFFER


@given(envelopes)
def test_an_envelope_we_write_is_accepted_and_written_back_to_the_same_headers(envelope: Envelope) -> None:
    again = Envelope.from_headers(envelope.to_headers())

    assert again == envelope
    assert again.to_headers() == envelope.to_headers()


@given(st.lists(header_sets(), min_size=10, max_size=30))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow])
async def test_every_envelope_that_is_accepted_fits_the_columns(store: Database, sets: list[Headers]) -> None:
    found = {each.id: each for each in map(accepted, sets) if each is not None}
    said = list({(each.subject, each.sequence): each for each in found.values()}.values())

    async with store.engine.connect() as tx:  # rolled back: the next example may have the same ids
        await tx.execute(_STORE, columns(said))
        await tx.execute(_APPLY, columns(said))
        kept = {row.event_id: row for row in await tx.execute(text("SELECT * FROM event"))}

    for envelope in said:
        row = kept[envelope.id]
        assert (row.aggregate, row.version, row.recorded_at) == (envelope.subject, envelope.sequence, envelope.time)
        assert Envelope.from_headers([(n, v.encode()) for n, v in row.headers.items()]) == envelope


def columns(said: list[Envelope]) -> dict[str, list[object]]:
    """One array for each column, as the statements of delivery are given them."""
    return {
        "aggregates": [each.subject for each in said],
        "versions": [each.sequence for each in said],
        "ids": [each.id for each in said],
        "topics": [each.source for each in said],
        "keys": [each.key for each in said],
        "headers": [json.dumps({name: value.decode() for name, value in each.to_headers()}) for each in said],
        "data": [b"{}" for _ in said],
        "times": [each.time for each in said],
    }


@given(
    st.lists(st.tuples(st.uuids(), st.uuids(), st.none() | st.uuids(), envelopes), min_size=1, max_size=20),
)
@settings(max_examples=20, deadline=None)
async def test_every_header_set_that_we_record_and_send_is_accepted(
    store: Database, described: list[tuple[UUID, UUID, UUID | None, Envelope]]
) -> None:
    async with store.transaction() as tx:
        for case_id, referral_id, cause, said in described:
            context = Context("triage", said.partnership, said.time, cause, said.traceparent)
            await record(tx, [closed(case_id, referral_id)], context=context)
        rows = (await tx.execute(text("SELECT * FROM event WHERE published_at IS NULL"))).all()
        await tx.execute(text("UPDATE event SET published_at = now()"))

    for row in rows:
        envelope = Envelope.from_headers(headers_of(row))
        assert (envelope.id, envelope.subject, envelope.sequence) == (row.event_id, row.aggregate, row.version)


@pytest.mark.parametrize(
    "changed",
    [
        {"ce_source": "referral-intake"},
        {"ce_source": "weather"},
        {"ce_type": "referral.withdrawn.v1"},
        {"ce_type": "notice.opened.v1"},
        {"ce_subject": f"case/{REFERRAL}"},
        {"ce_subject": f"notice/{CASE}"},
        {"ce_correlationid": str(CASE)},
    ],
)
def test_a_message_that_its_topic_or_its_value_belies_is_refused(changed: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        parsed(read(message(CASE, 1, referral_id=REFERRAL, **changed)), CaseClosed)


def test_a_type_whose_first_word_is_new_passes_on_any_topic_of_its_source() -> None:
    newer = message(CASE, 1, referral_id=REFERRAL, ce_type="measure.taken.v1", ce_subject="measure/7")

    assert read(newer).envelope.type == "measure.taken.v1"


def test_a_message_that_is_too_long_to_be_kept_is_refused() -> None:
    whole = message(CASE, 1, referral_id=REFERRAL)
    longest = (whole.data or b"").ljust(MOST_DATA_BYTES)

    assert parsed(read(replace(whole, data=longest)), CaseClosed).data == longest
    with pytest.raises(Invalid):
        parsed(read(replace(whole, data=longest + b" ")), CaseClosed)


@pytest.mark.parametrize("key", [None, b"", b"\x00\xff", str(CASE).encode(), f"{{{REFERRAL}}}".encode(), b"k" * 5000])
def test_a_message_under_a_key_that_is_not_its_referral_is_refused(key: bytes | None) -> None:
    with pytest.raises(Invalid):
        read(replace(message(CASE, 1, referral_id=REFERRAL), key=key))


def test_a_record_without_anything_is_refused() -> None:
    with pytest.raises(Invalid):
        read(Record("triage.v1", 0, 0, None, (), None))


def test_nobody_owns_a_topic_that_is_not_ours() -> None:
    with pytest.raises(Invalid):
        read(replace(message(CASE, 1, referral_id=REFERRAL), topic="weather.v1"))


def test_events_are_recorded_only_under_a_name_that_readers_accept() -> None:
    for source, partnership in (("triage", "wands\nworth"), ("triage", "a" * 101), ("tri age", "wandsworth")):
        with pytest.raises(ValueError, match="context"):
            Context(source, partnership, NOW)


async def test_an_event_that_belongs_to_no_partnership_is_recorded_so_that_readers_accept_it(store: Database) -> None:
    async with store.transaction() as tx:
        await record(tx, [closed(CASE, REFERRAL)], context=Context("triage", "", NOW))
        row = (await tx.execute(text("SELECT * FROM event WHERE aggregate = :a"), {"a": f"case/{CASE}"})).one()

    assert Envelope.from_headers(headers_of(row)).partnership == NO_PARTNERSHIP


async def test_an_event_that_is_too_long_for_readers_is_not_recorded(store: Database) -> None:
    too_many = ReferralDisposed(
        referral_id=REFERRAL,
        run_id=CASE,
        record_class="default",
        commitments=("0" * 64,) * 999,
        reviewed_by="officer-1",
        approved_by="officer-2",
        disposed_at=NOW,
        policy_version="wandsworth-1",
    )

    async with store.transaction() as tx:
        with pytest.raises(TooLong):
            await record(tx, [too_many], context=Context("referral-intake", "wandsworth", NOW))
