"""Sessions and sign-ins under way, as the client's own database keeps them for all its replicas."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, insert, select, update

from chassis.db import Transaction
from triage_ui.session.model import ATTEMPT_LASTS, Attempt, Person, Place, Session, Tokens, key_of
from triage_ui.session.sealing import SealBroken, Sealer
from triage_ui.session.tables import session, sign_in

KEPT_AFTER_END: Final = timedelta(hours=24)
"""An ended session still says whose form it is that comes late, so that its text is kept as a draft."""
RENEWING_SECONDS: Final = 15


class SessionStore:
    """Reads and writes sessions; everything that is secret is sealed."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def begin(
        self, tx: Transaction, secret: str, person: Person, tokens: Tokens, *, issuer_session: str, now: datetime
    ) -> None:
        """A new session for a cookie that nobody had before."""
        key = key_of(secret)
        await tx.execute(
            insert(session).values(
                session_key=key,
                subject=person.subject,
                issuer_session=issuer_session or None,
                name=self._sealer.seal(person.name, place=f"session/{key.hex()}/name"),
                agency=person.agency,
                partnership=person.partnership,
                roles=sorted(person.roles),
                places=[[place.partnership, place.agency, sorted(place.roles)] for place in person.places],
                began_at=now,
                seen_at=now,
                **self._sealed(key, tokens),
            )
        )

    async def find(self, tx: Transaction, secret: str) -> Session | None:
        """The session of a cookie, over or not; None when there is none."""
        key = key_of(secret)
        row = (await tx.execute(select(session).where(session.c.session_key == key))).mappings().one_or_none()
        return self._session(row) if row else None

    async def touch(self, tx: Transaction, key: bytes, *, now: datetime) -> None:
        """It was used."""
        await tx.execute(update(session).where(session.c.session_key == key).values(seen_at=now))

    async def act_for(self, tx: Transaction, key: bytes, person: Person) -> None:
        """From now on the person acts for another place."""
        chosen = {"agency": person.agency, "partnership": person.partnership, "roles": sorted(person.roles)}
        await tx.execute(update(session).where(session.c.session_key == key).values(**chosen))

    async def end(self, tx: Transaction, key: bytes, *, now: datetime) -> None:
        """No request is answered with it any more, and its tokens are gone."""
        await self._end(tx, session.c.session_key == key, now)

    async def end_issuer_session(self, tx: Transaction, issuer_session: str, *, now: datetime) -> int:
        """Every session of one sign-in at the issuer; how many were ended."""
        return await self._end(tx, session.c.issuer_session == issuer_session, now)

    async def end_of_subject(self, tx: Transaction, subject: str, *, now: datetime) -> int:
        """Every session of one person; how many were ended."""
        return await self._end(tx, session.c.subject == subject, now)

    async def find_names(self, tx: Transaction, partnership: str) -> dict[str, str]:
        """What people of a partnership are called who signed in lately, by their subjects."""
        columns = (session.c.session_key, session.c.subject, session.c.name)
        statement = select(*columns).where(session.c.partnership == partnership).order_by(session.c.began_at)
        rows = (await tx.execute(statement)).mappings().all()
        return {row["subject"]: self._name(row) for row in rows}

    async def claim_renewal(self, tx: Transaction, key: bytes, seen: Tokens, *, now: datetime) -> bool:
        """Whether the caller renews the tokens it has ``seen``: a refresh token is good for once only."""
        free = session.c.renewing_until.is_(None) | (session.c.renewing_until < now)
        claimed = await tx.execute(
            update(session)
            .where(
                session.c.session_key == key,
                session.c.ended_at.is_(None),
                session.c.tokens_end_at == seen.ends_at,
                free,
            )
            .values(renewing_until=now + timedelta(seconds=RENEWING_SECONDS))
        )
        return claimed.rowcount == 1

    async def renewed(self, tx: Transaction, key: bytes, tokens: Tokens) -> None:
        """Newer tokens."""
        sealed = self._sealed(key, tokens)
        await tx.execute(
            update(session)
            .where(session.c.session_key == key, session.c.ended_at.is_(None))
            .values(renewing_until=None, **sealed)
        )

    async def begin_attempt(self, tx: Transaction, secret: str, attempt: Attempt) -> None:
        """A sign-in goes to the issuer. What was never finished is forgotten."""
        key = key_of(secret)
        await tx.execute(delete(sign_in).where(sign_in.c.began_at < attempt.began_at - ATTEMPT_LASTS))
        await tx.execute(
            insert(sign_in).values(
                attempt_key=key,
                state=attempt.state,
                nonce=attempt.nonce,
                verifier=self._sealer.seal(attempt.verifier, place=f"sign_in/{key.hex()}/verifier"),
                return_to=attempt.return_to,
                began_at=attempt.began_at,
            )
        )

    async def finish_attempt(self, tx: Transaction, secret: str, *, now: datetime) -> Attempt | None:
        """The sign-in of a cookie, once; None when there is none, or it took too long."""
        key = key_of(secret)
        found = await tx.execute(delete(sign_in).where(sign_in.c.attempt_key == key).returning(*sign_in.c))
        row = found.mappings().one_or_none()
        if row is None or row["began_at"] < now - ATTEMPT_LASTS:
            return None
        verifier = self._sealer.open(row["verifier"], place=f"sign_in/{key.hex()}/verifier")
        return Attempt(row["state"], row["nonce"], verifier, row["return_to"], row["began_at"])

    async def forget_ended(self, tx: Transaction, *, began_before: datetime, now: datetime) -> None:
        """Sessions that ended a day ago, or must have."""
        over = (session.c.ended_at < now - KEPT_AFTER_END) | (session.c.began_at < began_before - KEPT_AFTER_END)
        await tx.execute(delete(session).where(over))

    async def _end(self, tx: Transaction, which: Any, now: datetime) -> int:
        ended = await tx.execute(
            update(session).where(which, session.c.ended_at.is_(None)).values(ended_at=now, tokens=None)
        )
        return int(ended.rowcount)

    def _sealed(self, key: bytes, tokens: Tokens) -> dict[str, Any]:
        text = json.dumps([tokens.access, tokens.refresh])
        sealed = self._sealer.seal(text, place=f"session/{key.hex()}/tokens")
        return {"tokens": sealed, "tokens_end_at": tokens.ends_at}

    def _session(self, row: Mapping[Any, Any]) -> Session:
        key = row["session_key"]
        person = Person(
            subject=row["subject"],
            name=self._name(row),
            agency=row["agency"],
            partnership=row["partnership"],
            roles=frozenset(row["roles"]),
            places=tuple(Place(where, agency, frozenset(roles)) for where, agency, roles in row["places"]),
        )
        return Session(key, person, row["began_at"], row["seen_at"], row["ended_at"], self._tokens(row))

    def _name(self, row: Mapping[Any, Any]) -> str:
        return self._sealer.open(row["name"], place=f"session/{row['session_key'].hex()}/name")

    def _tokens(self, row: Mapping[Any, Any]) -> Tokens | None:
        """None when the session has ended, or when the key that sealed them is gone: then one signs in again."""
        if row["tokens"] is None:
            return None
        try:
            text = self._sealer.open(row["tokens"], place=f"session/{row['session_key'].hex()}/tokens")
        except SealBroken:
            return None
        access, refresh = json.loads(text)
        return Tokens(access, refresh, row["tokens_end_at"])
