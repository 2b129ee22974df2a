"""Drafts in a real database: sealed, for their owner alone, sent once, erased when done."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

from sqlalchemy import text

from chassis.db import Database
from chassis.ids import RandomIds
from triage_ui.drafts.model import KEPT, Draft
from triage_ui.drafts.store import SENDING_SECONDS, DraftStore
from triage_ui.session.sealing import Sealer

NOW: Final = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
ABOUT: Final = "0b9a1f0e-3d55-4a52-9f0b-0b8f3c1f2a01"


async def _saved(db: Database, store: DraftStore, words: str, *, who: str = "me", version: str = '"3"') -> Draft:
    async with db.transaction() as tx:
        return await store.save(
            tx,
            who,
            act="rate",
            about=ABOUT,
            reference="WAN-7K3M-Q9TR",
            fields={"rationale": [words]},
            version=version,
            now=NOW,
        )


async def test_what_was_typed_is_found_again_raw(db: Database, sealer: Sealer) -> None:
    store = DraftStore(sealer, RandomIds())
    words = "अनुष्का \N{RIGHT-TO-LEFT OVERRIDE}x <b> \N{CHILD} 'quoted' \n\n"
    await _saved(db, store, words)

    async with db.transaction() as tx:
        found = await store.find_open(tx, "me", act="rate", about=ABOUT, now=NOW)
        kept = str((await tx.execute(text("SELECT fields FROM draft"))).scalar_one())

    assert found is not None
    assert found.get("rationale") == words
    assert "quoted" not in kept


async def test_saving_again_replaces_the_text_and_keeps_the_key(db: Database, sealer: Sealer) -> None:
    store = DraftStore(sealer, RandomIds())
    first, second = await _saved(db, store, "one"), await _saved(db, store, "two", version='"4"')

    assert first.form_key == second.form_key
    assert (second.get("rationale"), second.seen_version) == ("two", '"4"')


async def test_nobody_finds_somebody_elses_draft(db: Database, sealer: Sealer) -> None:
    store = DraftStore(sealer, RandomIds())
    mine, theirs = await _saved(db, store, "mine"), await _saved(db, store, "theirs", who="you")

    async with db.transaction() as tx:
        stolen = await store.find(tx, "me", theirs.form_key, now=NOW)
        invented = await store.find(tx, "me", uuid4(), now=NOW)
        await store.discard(tx, "me", theirs.form_key)
        listed = [draft.form_key for draft in await store.list_open(tx, "me", now=NOW)]
        still_there = await store.find(tx, "you", theirs.form_key, now=NOW)

    assert (stolen, invented) == (None, None)
    assert listed == [mine.form_key]
    assert still_there is not None


async def test_a_draft_is_kept_for_a_day_after_the_longest_session_and_no_longer(db: Database, sealer: Sealer) -> None:
    store = DraftStore(sealer, RandomIds())
    draft = await _saved(db, store, "words")

    async with db.transaction() as tx:
        in_time = await store.find(tx, "me", draft.form_key, now=NOW + KEPT - timedelta(seconds=1))
        late = await store.find(tx, "me", draft.form_key, now=NOW + KEPT)

    assert (in_time is not None, late is not None) == (True, False)


async def test_expired_drafts_are_erased_by_the_next_saving(db: Database, sealer: Sealer) -> None:
    store = DraftStore(sealer, RandomIds())
    await _saved(db, store, "words", who="you")

    async with db.transaction() as tx:
        await store.save(
            tx, "me", act="ask", about=ABOUT, reference="", fields={}, version="", now=NOW + KEPT + timedelta(seconds=1)
        )
        count = (await tx.execute(text("SELECT count(*) FROM draft"))).scalar_one()

    assert count == 1


async def test_of_many_clicks_one_sends(db: Database, sealer: Sealer) -> None:
    store = DraftStore(sealer, RandomIds())
    draft = await _saved(db, store, "words")

    async def claim(now: datetime = NOW) -> bool:
        async with db.transaction() as tx:
            return await store.claim_sending(tx, draft.form_key, now=now)

    assert sum(await asyncio.gather(*(claim() for _ in range(5)))) == 1
    assert await claim(NOW + timedelta(seconds=SENDING_SECONDS + 1)), "a sender that died does not hold it for ever"


async def test_what_is_done_is_erased_and_its_key_only_leads_on(db: Database, sealer: Sealer) -> None:
    store = DraftStore(sealer, RandomIds())
    draft = await _saved(db, store, "words")

    async with db.transaction() as tx:
        await store.done(tx, draft.form_key, led_to="/cases/1?done=rate", now=NOW)
        found = await store.find(tx, "me", draft.form_key, now=NOW)
        sent_again = await store.claim_sending(tx, draft.form_key, now=NOW + timedelta(hours=1))
        following = await store.find_open(tx, "me", act="rate", about=ABOUT, now=NOW)

    assert found is not None
    assert (found.fields, found.led_to, sent_again, following) == ({}, "/cases/1?done=rate", False, None)
