"""Drafts as the client's own database keeps them: sealed, for their owner alone, until they are sent or expire."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.db import Transaction
from chassis.ids import Ids
from triage_ui.drafts.model import KEPT, Draft, Fields
from triage_ui.drafts.tables import draft
from triage_ui.session.sealing import SealBroken, Sealer

SENDING_SECONDS: Final = 20
"""So long one request may take to send a draft before another may try."""


class DraftStore:
    """Reads and writes drafts. Every statement names the owner: nobody else's is ever found."""

    def __init__(self, sealer: Sealer, ids: Ids) -> None:
        self._sealer = sealer
        self._ids = ids

    async def save(
        self,
        tx: Transaction,
        subject: str,
        *,
        act: str,
        about: str,
        reference: str,
        fields: Fields,
        version: str,
        now: datetime,
    ) -> Draft:
        """Keep what was typed. The open draft of this act on this record is replaced and keeps its key."""
        await tx.execute(delete(draft).where(draft.c.expires_at < now))
        form_key = self._ids.new()
        named = {"subject": subject, "act": act, "about": about, "reference": reference, "seen_version": version}
        times = {"saved_at": now, "expires_at": now + KEPT}
        open_one = [draft.c.subject, draft.c.act, draft.c.about]
        statement = insert(draft).values(form_key=form_key, fields=None, **named, **times)
        kept = {"reference": reference, "seen_version": version, **times}
        found = await tx.execute(
            statement.on_conflict_do_update(
                index_elements=open_one, index_where=draft.c.done_at.is_(None), set_=kept
            ).returning(draft.c.form_key)
        )
        form_key = found.scalar_one()
        sealed = self._sealer.seal(json.dumps(fields), place=_place(form_key))
        saved = await tx.execute(
            update(draft).where(draft.c.form_key == form_key).values(fields=sealed).returning(*draft.c)
        )
        return self._draft(saved.mappings().one())

    async def begin(
        self, tx: Transaction, subject: str, form_key: UUID, *, act: str, fields: Fields, now: datetime
    ) -> None:
        """Begin a draft about nothing that exists yet, under a key that a page gave; if begun, it stays as it is."""
        await tx.execute(delete(draft).where(draft.c.expires_at < now))
        await tx.execute(
            insert(draft)
            .values(
                form_key=form_key,
                subject=subject,
                act=act,
                about=str(form_key),
                reference="",
                fields=self._sealer.seal(json.dumps(fields), place=_place(form_key)),
                seen_version="",
                saved_at=now,
                expires_at=now + KEPT,
            )
            .on_conflict_do_nothing()
        )

    async def lock(self, tx: Transaction, subject: str, form_key: UUID, *, now: datetime) -> Draft | None:
        """As ``find``, changed by nobody else until the transaction ends."""
        mine = (draft.c.form_key == form_key, draft.c.subject == subject, draft.c.expires_at > now)
        row = (await tx.execute(select(draft).where(*mine).with_for_update())).mappings().one_or_none()
        return self._draft(row) if row else None

    async def keep(self, tx: Transaction, locked: Draft, fields: Fields, *, now: datetime) -> None:
        """Keep what stands in a draft now, that was locked. Kept again, it lasts as long as a new one."""
        sealed = self._sealer.seal(json.dumps(fields), place=_place(locked.form_key))
        times = {"saved_at": now, "expires_at": now + KEPT}
        await tx.execute(update(draft).where(draft.c.form_key == locked.form_key).values(fields=sealed, **times))

    async def find_open(self, tx: Transaction, subject: str, *, act: str, about: str, now: datetime) -> Draft | None:
        """What somebody has begun to write for an act on a record."""
        mine = (draft.c.subject == subject, draft.c.act == act, draft.c.about == about)
        statement = select(draft).where(*mine, draft.c.done_at.is_(None), draft.c.expires_at > now)
        row = (await tx.execute(statement)).mappings().one_or_none()
        return self._draft(row) if row else None

    async def find(self, tx: Transaction, subject: str, form_key: UUID, *, now: datetime) -> Draft | None:
        """The draft of a key, done or not; None for somebody else's, an expired or an invented one."""
        statement = select(draft).where(
            draft.c.form_key == form_key, draft.c.subject == subject, draft.c.expires_at > now
        )
        row = (await tx.execute(statement)).mappings().one_or_none()
        return self._draft(row) if row else None

    async def list_open(self, tx: Transaction, subject: str, *, now: datetime) -> Sequence[Draft]:
        """What somebody has begun and not sent, the newest first."""
        statement = (
            select(draft)
            .where(draft.c.subject == subject, draft.c.done_at.is_(None), draft.c.expires_at > now)
            .order_by(draft.c.saved_at.desc())
        )
        return [self._draft(row) for row in (await tx.execute(statement)).mappings()]

    async def claim_sending(self, tx: Transaction, form_key: UUID, *, now: datetime) -> bool:
        """Whether the caller is the one who sends it: a second click, or the same form in another tab, is not."""
        free = draft.c.sending_until.is_(None) | (draft.c.sending_until < now)
        claimed = await tx.execute(
            update(draft)
            .where(draft.c.form_key == form_key, draft.c.done_at.is_(None), free)
            .values(sending_until=now + timedelta(seconds=SENDING_SECONDS))
        )
        return claimed.rowcount == 1

    async def not_sent(self, tx: Transaction, form_key: UUID) -> None:
        """It was refused or did not arrive: it may be sent again, under the same key."""
        await tx.execute(update(draft).where(draft.c.form_key == form_key).values(sending_until=None))

    async def done(
        self, tx: Transaction, form_key: UUID, *, led_to: str, now: datetime, answered: Fields | None = None
    ) -> None:
        """It took effect: the text is erased, and its key only leads on; ``answered`` takes its place."""
        sealed = self._sealer.seal(json.dumps(answered), place=_place(form_key)) if answered else None
        await tx.execute(
            update(draft).where(draft.c.form_key == form_key).values(fields=sealed, done_at=now, led_to=led_to)
        )

    async def see_version(self, tx: Transaction, form_key: UUID, version: str) -> None:
        """The writer has seen the record as it is now, and goes on with what was written."""
        await tx.execute(update(draft).where(draft.c.form_key == form_key).values(seen_version=version))

    async def discard(self, tx: Transaction, subject: str, form_key: UUID) -> None:
        """The writer does not want it any more."""
        mine = (draft.c.form_key == form_key, draft.c.subject == subject, draft.c.done_at.is_(None))
        await tx.execute(delete(draft).where(*mine))

    def _draft(self, row: Mapping[Any, Any]) -> Draft:
        return Draft(
            form_key=row["form_key"],
            subject=row["subject"],
            act=row["act"],
            about=row["about"],
            reference=row["reference"],
            fields=self._fields(row),
            seen_version=row["seen_version"],
            saved_at=row["saved_at"],
            expires_at=row["expires_at"],
            done_at=row["done_at"],
            led_to=row["led_to"],
        )

    def _fields(self, row: Mapping[Any, Any]) -> Fields:
        """Empty when it was sent, or when the key that sealed it is gone."""
        if row["fields"] is None:
            return {}
        try:
            found: Fields = json.loads(self._sealer.open(row["fields"], place=_place(row["form_key"])))
        except SealBroken:
            return {}
        return found


def _place(form_key: UUID) -> str:
    return f"draft/{form_key}/fields"
