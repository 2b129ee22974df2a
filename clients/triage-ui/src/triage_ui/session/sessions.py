"""What requests need of sessions: find, keep alive, renew tokens, end. Opens its own short transactions."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from chassis.clock import Clock
from chassis.db import Database
from chassis.http_client import NoAnswer
from triage_ui.session.issuer import Issuer, LoggedOut, SignedIn, SignInRefused
from triage_ui.session.model import Attempt, Lifetimes, Session, Tokens, new_secret
from triage_ui.session.store import RENEWING_SECONDS, SessionStore

_SPARE: Final = timedelta(seconds=30)
_LOOK_AGAIN_SECONDS: Final = 0.1


class SessionOver(Exception):
    """Nobody is signed in with this cookie any more."""


@dataclass(frozen=True)
class Sessions:
    """Sessions of all replicas, through the database they share."""

    db: Database
    store: SessionStore
    issuer: Issuer
    lifetimes: Lifetimes
    clock: Clock

    async def find(self, secret: str) -> Session | None:
        """The session of a cookie, over or not."""
        async with self.db.transaction() as tx:
            return await self.store.find(tx, secret)

    def is_over(self, session: Session) -> bool:
        """Whether it answers no request any more."""
        return session.is_over(self.lifetimes, now=self.clock.now())

    def seconds_left(self, session: Session) -> int:
        """Until it ends unless it is used before; 0 when it is over."""
        if self.is_over(session):
            return 0
        return max(0, int((session.ends_at(self.lifetimes) - self.clock.now()).total_seconds()))

    async def use(self, session: Session) -> Session:
        """It is used now, so it idles from now."""
        now = self.clock.now()
        async with self.db.transaction() as tx:
            await self.store.touch(tx, session.key, now=now)
        return replace(session, seen_at=now)

    async def begin(self, signed_in: SignedIn) -> str:
        """The secret of a cookie that nobody had before: what a browser held until now proves nothing."""
        secret, now = new_secret(), self.clock.now()
        async with self.db.transaction() as tx:
            await self.store.forget_ended(tx, began_before=now - self.lifetimes.absolute, now=now)
            await self.store.begin(
                tx, secret, signed_in.person, signed_in.tokens, issuer_session=signed_in.issuer_session, now=now
            )
        return secret

    async def act_for(self, session: Session, place: str) -> bool:
        """Let the person of a session act for another of their places; False when it is none of theirs."""
        person = session.person.in_place(place)
        if person is None:
            return False
        async with self.db.transaction() as tx:
            await self.store.act_for(tx, session.key, person)
        return True

    async def begin_attempt(self, return_to: str) -> tuple[str, Attempt]:
        """A sign-in on its way to the issuer, and the secret of the cookie that comes back with it."""
        secret = new_secret()
        attempt = Attempt(new_secret(), new_secret(), new_secret(), return_to, self.clock.now())
        async with self.db.transaction() as tx:
            await self.store.begin_attempt(tx, secret, attempt)
        return secret, attempt

    async def finish_attempt(self, secret: str, *, state: str) -> Attempt:
        """The sign-in that came back, once. Raises ``SignInRefused`` for another browser's, an old or a used one."""
        async with self.db.transaction() as tx:
            attempt = await self.store.finish_attempt(tx, secret, now=self.clock.now())
        if attempt is None or attempt.state != state:
            raise SignInRefused
        return attempt

    async def end(self, session: Session) -> None:
        """Answer no request with it any more."""
        async with self.db.transaction() as tx:
            await self.store.end(tx, session.key, now=self.clock.now())

    async def end_all(self, ended: LoggedOut) -> int:
        """The issuer says that a sign-in, or a person, is signed out."""
        now = self.clock.now()
        async with self.db.transaction() as tx:
            if ended.issuer_session:
                return await self.store.end_issuer_session(tx, ended.issuer_session, now=now)
            return await self.store.end_of_subject(tx, ended.subject, now=now)

    async def with_fresh_tokens(self, secret: str, session: Session) -> tuple[Session, str]:
        """The session as it is now, and a token that holds for a request; one caller of all replicas renews it.

        Raises ``SessionOver`` when the issuer ended the sign-in, ``NoAnswer`` when it cannot be asked.
        """
        give_up_at = self.clock.now() + timedelta(seconds=RENEWING_SECONDS)
        while session.tokens is not None:
            if self.clock.now() + _SPARE < session.tokens.ends_at:
                return session, session.tokens.access
            if await self._may_renew(session, session.tokens):
                newer = await self._renewed(session, session.tokens)
                return replace(session, tokens=newer), newer.access
            if self.clock.now() > give_up_at:
                raise NoAnswer
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            session = await self.find(secret) or replace(session, tokens=None)
        raise SessionOver

    async def _may_renew(self, session: Session, seen: Tokens) -> bool:
        async with self.db.transaction() as tx:
            return await self.store.claim_renewal(tx, session.key, seen, now=self.clock.now())

    async def _renewed(self, session: Session, tokens: Tokens) -> Tokens:
        try:
            newer = await self.issuer.renew(tokens)
        except SignInRefused as error:
            await self.end(session)
            raise SessionOver from error
        async with self.db.transaction() as tx:
            await self.store.renewed(tx, session.key, newer)
        return newer
