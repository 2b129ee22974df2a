"""Sessions in a real database: opaque, sealed, ended for good, renewed by one caller."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from sqlalchemy import text

from chassis.db import Database
from triage_ui.session.model import (
    ATTEMPT_LASTS,
    Attempt,
    Lifetimes,
    Person,
    Tokens,
    csrf_matches,
    csrf_token,
    key_of,
    new_secret,
)
from triage_ui.session.sealing import KEY_BYTES, SealBroken, Sealer
from triage_ui.session.store import KEPT_AFTER_END, SessionStore

NOW: Final = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
PERSON: Final = Person("subject-1", "Ama O'Brien", "wandsworth-mash", "wandsworth", frozenset({"social-worker"}))
TOKENS: Final = Tokens("access-1", "refresh-1", NOW + timedelta(minutes=5))
LIFETIMES: Final = Lifetimes(timedelta(minutes=20), timedelta(hours=10))


async def _begun(db: Database, store: SessionStore, *, sid: str = "sid-1", now: datetime = NOW) -> str:
    secret = new_secret()
    async with db.transaction() as tx:
        await store.begin(tx, secret, PERSON, TOKENS, issuer_session=sid, now=now)
    return secret


async def test_a_session_is_found_by_its_secret_with_everything_it_holds(db: Database, sealer: Sealer) -> None:
    store = SessionStore(sealer)
    secret = await _begun(db, store)

    async with db.transaction() as tx:
        found = await store.find(tx, secret)
        other = await store.find(tx, new_secret())

    assert found is not None
    assert (found.person, found.tokens, found.began_at) == (PERSON, TOKENS, NOW)
    assert other is None


async def test_neither_cookie_nor_token_nor_name_can_be_read_in_the_database(db: Database, sealer: Sealer) -> None:
    store = SessionStore(sealer)
    secret = await _begun(db, store)

    async with db.transaction() as tx:
        row = str((await tx.execute(text("SELECT session::text FROM session"))).scalar_one())

    for kept_secret in (secret, "access-1", "refresh-1", "O'Brien"):
        assert kept_secret not in row
        assert kept_secret.encode().hex() not in row


async def test_another_key_opens_no_tokens_so_that_one_signs_in_again(db: Database, sealer: Sealer) -> None:
    secret = await _begun(db, SessionStore(sealer))
    stranger = SessionStore(Sealer((secrets.token_bytes(KEY_BYTES),)))

    async with db.transaction() as tx:
        with pytest.raises(SealBroken):
            await stranger.find(tx, secret)


async def test_an_ended_session_has_no_tokens_any_more(db: Database, sealer: Sealer) -> None:
    store = SessionStore(sealer)
    secret = await _begun(db, store)

    async with db.transaction() as tx:
        await store.end(tx, key_of(secret), now=NOW)
        found = await store.find(tx, secret)

    assert found is not None
    assert found.tokens is None
    assert found.is_over(LIFETIMES, now=NOW)


async def test_the_issuer_ends_every_session_of_one_sign_in_and_no_other(db: Database, sealer: Sealer) -> None:
    store = SessionStore(sealer)
    first, second, other = [await _begun(db, store, sid=sid) for sid in ("sid-1", "sid-1", "sid-2")]

    async with db.transaction() as tx:
        count = await store.end_issuer_session(tx, "sid-1", now=NOW)
        over = [(await store.find(tx, secret)) for secret in (first, second, other)]

    assert count == 2
    assert [found is not None and found.ended_at is not None for found in over] == [True, True, False]


async def test_tokens_are_renewed_by_one_of_many_callers(db: Database, sealer: Sealer) -> None:
    store = SessionStore(sealer)
    key = key_of(await _begun(db, store))

    async def claim() -> bool:
        async with db.transaction() as tx:
            return await store.claim_renewal(tx, key, TOKENS, now=NOW)

    assert sum(await asyncio.gather(*(claim() for _ in range(5)))) == 1


async def test_anyone_who_saw_older_tokens_does_not_renew_the_newer_ones(db: Database, sealer: Sealer) -> None:
    store = SessionStore(sealer)
    key = key_of(await _begun(db, store))
    newer = Tokens("access-2", "refresh-2", NOW + timedelta(minutes=10))

    async with db.transaction() as tx:
        await store.renewed(tx, key, newer)
        late = await store.claim_renewal(tx, key, TOKENS, now=NOW)
        fresh = await store.claim_renewal(tx, key, newer, now=NOW)

    assert (late, fresh) == (False, True)


async def test_a_sign_in_comes_back_once_and_not_too_late(db: Database, sealer: Sealer) -> None:
    store = SessionStore(sealer)
    attempt = Attempt("state", "nonce", "verifier", "/queue", NOW)

    async with db.transaction() as tx:
        await store.begin_attempt(tx, "secret", attempt)
        first = await store.finish_attempt(tx, "secret", now=NOW)
        again = await store.finish_attempt(tx, "secret", now=NOW)
        await store.begin_attempt(tx, "slow", attempt)
        late = await store.finish_attempt(tx, "slow", now=NOW + ATTEMPT_LASTS + timedelta(seconds=1))

    assert (first, again, late) == (attempt, None, None)


async def test_sessions_that_ended_long_ago_are_forgotten_and_later_ones_kept(db: Database, sealer: Sealer) -> None:
    store = SessionStore(sealer)
    old, recent = await _begun(db, store), await _begun(db, store)
    later = NOW + KEPT_AFTER_END + timedelta(minutes=1)

    async with db.transaction() as tx:
        await store.end(tx, key_of(old), now=NOW)
        await store.end(tx, key_of(recent), now=later)
        await store.forget_ended(tx, began_before=later - LIFETIMES.absolute, now=later)
        found = [await store.find(tx, secret) for secret in (old, recent)]

    assert [one is not None for one in found] == [False, True]


@pytest.mark.parametrize(
    ("unused", "age", "over"),
    [
        (timedelta(minutes=19, seconds=59), timedelta(hours=1), False),
        (timedelta(minutes=20), timedelta(hours=1), True),
        (timedelta(0), timedelta(hours=9, minutes=59), False),
        (timedelta(0), timedelta(hours=10), True),
    ],
)
async def test_a_session_ends_when_it_is_left_unused_or_too_old(
    db: Database, sealer: Sealer, unused: timedelta, age: timedelta, over: bool
) -> None:
    store, now = SessionStore(sealer), NOW + age
    secret = await _begun(db, store)

    async with db.transaction() as tx:
        await store.touch(tx, key_of(secret), now=now - unused)
        found = await store.find(tx, secret)

    assert found is not None
    assert found.is_over(LIFETIMES, now=now) is over


def test_a_form_token_holds_for_its_own_session_only() -> None:
    mine, other = new_secret(), new_secret()

    assert csrf_matches(mine, csrf_token(mine))
    assert not csrf_matches(mine, csrf_token(other))
    assert not csrf_matches(mine, "")
    assert not csrf_matches(mine, "é")
