"""Who asks for a page: the person signed in, the services under their token, and what their forms need."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from chassis.clock import Clock
from chassis.db import Database
from chassis.http_client import HttpClient
from policy.packs import Packs
from triage_ui.drafts.store import DraftStore
from triage_ui.services.of_person import Services
from triage_ui.session.model import Person, Place, Session, csrf_token
from triage_ui.session.sessions import Sessions
from triage_ui.shell.formats import mid_sentence
from triage_ui.shell.menu import Item, items_of
from triage_ui.shell.words import Words

COOKIE = "__Host-frontdoor"


@dataclass(frozen=True)
class Dependencies:
    """What the client stands on."""

    db: Database
    clock: Clock
    http: HttpClient
    sessions: Sessions
    drafts: DraftStore
    packs: Packs
    service_urls: dict[str, str]


class SignInNeeded(Exception):
    """The page is for people who are signed in."""


@dataclass(frozen=True)
class Visitor:
    """One request of somebody who is signed in."""

    session: Session
    secret: str = field(repr=False)
    services: Services
    words: Words
    words_of: Callable[[Place], str]
    now: datetime
    ends_at: datetime

    @property
    def person(self) -> Person:
        """Who."""
        return self.session.person

    @property
    def csrf(self) -> str:
        """For the forms of this page."""
        return csrf_token(self.secret)

    @property
    def menu(self) -> list[Item]:
        """The places this person's roles have work in."""
        return items_of(self.person.roles, reads_notices=self.reads_notices)

    @property
    def reads_notices(self) -> bool:
        """Whether the partnership's pack sends notices to a role of this person's."""
        return self.words.sends_notices_to(self.person.roles)

    @property
    def working_for(self) -> str:
        """The agency they act for, and its partnership."""
        return self.words.place(self.person.agency)

    @property
    def roles_in_words(self) -> str:
        """What they are there."""
        return ", ".join(mid_sentence(self.words.role(role)) for role in sorted(self.person.roles)) or "nobody"

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The places they may act for beside this one, each by name and in words."""
        here = self.person.acting_for
        others = [place for place in self.person.places if here and place.name != here]
        return [(place.name, self.words_of(place)) for place in others]

    @property
    def seconds_left(self) -> int:
        """Until the session ends unless it is used."""
        return max(0, int((self.ends_at - self.now).total_seconds()))


def dependencies_of(request: Request) -> Dependencies:
    """The client's own parts."""
    found: Dependencies = request.app.state.dependencies
    return found


async def signed_in(request: Request) -> Visitor:
    """FastAPI dependency: the visitor; the session idles from now. Raises ``SignInNeeded``."""
    dependencies, secret = dependencies_of(request), request.cookies.get(COOKIE, "")
    session = await dependencies.sessions.find(secret) if secret else None
    if session is None or dependencies.sessions.is_over(session):
        raise SignInNeeded
    return visitor_of(dependencies, secret, await dependencies.sessions.use(session))


def visitor_of(dependencies: Dependencies, secret: str, session: Session) -> Visitor:
    """The visitor of a session that is not over."""
    now, held = dependencies.clock.now(), session

    async def token() -> str:
        nonlocal held
        held, access = await dependencies.sessions.with_fresh_tokens(secret, held)
        return access

    return Visitor(
        session=session,
        secret=secret,
        services=Services.of(dependencies.http, dependencies.service_urls, token, acting_for=session.person.acting_for),
        words=Words(dependencies.packs, session.person.partnership, at=now),
        words_of=lambda place: Words(dependencies.packs, place.partnership, at=now).agency(place.agency),
        now=now,
        ends_at=session.ends_at(dependencies.sessions.lifetimes),
    )


SignedIn = Annotated[Visitor, Depends(signed_in)]
