"""The service over HTTP, in process, on a real database: people who call it and messages that reach it."""

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx2
from sqlalchemy import text
from triage_examples import received, supplemented, withdrawn

from chassis.clock import Clock
from chassis.db import Database
from chassis.delivery.messages import Message
from chassis.testing.clock import SettableClock
from chassis.testing.signer import Signer
from contracts.envelope import Envelope
from contracts.events import Event
from triage.clocks import Watch
from triage.handlers import Dependencies
from triage.settings import Settings
from triage.subscriptions import subscriptions

PACKS = Path(__file__).parents[3] / "partnerships"
ADDRESS = "https://triage.example.org"
TEAM, POLICE, HOUSING = "wandsworth-macpt", "metropolitan-police", "wandsworth-housing"
WORDS = "Kayleigh Marlowe, 020 7946 0112"
"""What somebody writes about a person: it must stay in this service."""


def person(
    subject: str, *roles: str, agency: str = "wandsworth-mash", partnership: str = "wandsworth"
) -> dict[str, Any]:
    return {"subject": subject, "roles": list(roles), "agency": agency, "partnership": partnership}


PEOPLE: Final[dict[str, dict[str, Any]]] = {
    "officer": person("officer", "contact-officer"),
    "worker": person("worker", "social-worker"),
    "second worker": person("second-worker", "social-worker"),
    "manager": person("manager", "mash-manager"),
    "auditor": person("auditor", "auditor"),
    "police": person("police", "partner", agency=POLICE),
    "police officer": person("police-officer", "agency-representative", agency=POLICE),
    "housing": person("housing", "partner", agency=HOUSING),
    "school": person("school", "partner", agency="ashcroft-primary"),
    "school lead": person("school-lead", "agency-representative", agency="ashcroft-primary"),
    "team": person("team", "macpt-member", agency=TEAM),
    "early help": person("early-help", "early-help-lead", agency="wandsworth-early-help"),
    "operator": person("operator", "operator"),
    "stranger": person("stranger", "mash-manager", agency="warwickshire-mash", partnership="warwickshire"),
    "strange agency": person("strange", "partner", agency=POLICE, partnership="warwickshire"),
    "strange team": person("strange-team", "macpt-member", agency=TEAM, partnership="warwickshire"),
}


def settings(database_url: str) -> Settings:
    return Settings(
        database_url=database_url,
        kafka_bootstrap_servers="127.0.0.1:1",  # nobody listens there
        oidc_issuer="https://issuer.example.org/realms/frontdoor",
        public_url=ADDRESS,
        partnerships_folder=PACKS,
    )


@dataclass
class World:
    """Calls the service as one of ``PEOPLE``, and looks into its database."""

    http: httpx2.AsyncClient
    signer: Signer
    db: Database
    dependencies: Dependencies
    clock: SettableClock
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def get(self, path: str, who: str, *, purpose: str | None = "triage") -> httpx2.Response:
        headers = self.signer.bearer(**PEOPLE[who])
        if purpose is not None:
            headers["Access-Purpose"] = purpose
        return await self.http.get(path, headers=headers)

    async def post(
        self, path: str, who: str, body: Any = None, *, version: int | str | None = None, key: str | None = None
    ) -> httpx2.Response:
        headers = self.signer.bearer(auth_time=int(self.clock.now().timestamp()), **PEOPLE[who])
        if version is not None:
            headers["If-Match"] = f'"{version}"' if isinstance(version, int) else version
        if key is not None:
            headers["Idempotency-Key"] = key
        return await self.http.post(path, headers=headers, json=body)

    async def deliver(self, event: Event, *, partnership: str = "wandsworth") -> None:
        """Let a message of another service take effect, as the consumer does."""
        envelope = Envelope(
            id=UUID(int=next(self._numbers)),
            source="test",
            type=event.TYPE,
            subject=event.subject,
            time=self.clock.now(),
            sequence=1,
            partnership=partnership,
            correlation_id=event.correlation,
        )
        message = Message(envelope, event.to_json(), "test.v1", 0, 0, event)
        handler = subscriptions(self.dependencies).handlers.get(type(event))
        assert handler is not None
        async with self.db.transaction() as tx:
            await handler(tx, message, self.clock.now())

    async def open_case(self, number: int = 1, *, partnership: str = "wandsworth", **changes: Any) -> str:
        """Receive a referral now; returns the path of its case."""
        referral_id = UUID(int=number * 1000)
        facts = {
            "referral_id": referral_id,
            "reference": f"WAN-TEST-{number:04}",
            "received_at": self.clock.now(),
            "children": tuple(
                child.model_copy(update={"child_id": UUID(int=number * 1000 + place)})
                for place, child in enumerate(received().children, start=1)
            ),
        }
        await self.deliver(received(**(facts | changes)), partnership=partnership)
        [row] = await self.rows(f"""SELECT case_id FROM "case" WHERE referral_id = '{referral_id}'""")
        return f"/v1/cases/{row.case_id}"

    async def ask(self, case: str, agency: str = POLICE, *, who: str = "worker") -> str:
        """Ask an agency; returns the path of the request."""
        body = {"agency": agency, "lawful_basis": "children-act-2004-s11", "question": WORDS}
        answer = await self.post(f"{case}/information-requests", who, body, version=await self.version(case))
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"]

    async def ask_sender(self, case: str, *, who: str = "officer") -> str:
        """Ask the agency that sent the referral; returns the path of the question."""
        answer = await self.post(f"{case}/questions", who, {"question": WORDS}, version=await self.version(case))
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"]

    async def supplement(self, number: int = 1, **changes: Any) -> None:
        """The sender of a referral adds to it now."""
        await self.deliver(
            supplemented(**({"referral_id": UUID(int=number * 1000), "received_at": self.clock.now()} | changes))
        )

    async def withdraw(self, number: int = 1, **changes: Any) -> None:
        """The sender of a referral takes it back now."""
        await self.deliver(
            withdrawn(**({"referral_id": UUID(int=number * 1000), "withdrawn_at": self.clock.now()} | changes))
        )

    async def decide(
        self, case: str, child: int, outcome: str = "strategy-discussion", *, number: int = 1, **more: str
    ) -> httpx2.Response:
        """Have the worker recommend and the manager authorise an outcome for a child (1 is the first)."""
        recommendation_id = await self.recommend(case, child, outcome, number=number, **more)
        body = {"recommendation_id": recommendation_id, "agree": True, "rationale": WORDS}
        answer = await self.post(f"{case}/decisions", "manager", body, version=await self.version(case))
        assert answer.status_code == 200, answer.text
        return answer

    async def recommend(
        self, case: str, child: int, outcome: str = "strategy-discussion", *, number: int = 1, **more: str
    ) -> str:
        child_id = str(UUID(int=number * 1000 + child))
        body = {"child_id": child_id, "outcome": outcome, "level": "4", "rationale": WORDS, **more}
        answer = await self.post(f"{case}/recommendations", "worker", body, version=await self.version(case))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["recommendation_id"])

    async def offer(self, case: str, *children: int, team: str = TEAM, number: int = 1) -> str:
        """Offer children to a team; returns the path of the handover."""
        body = {"team": team, "child_ids": [str(UUID(int=number * 1000 + one)) for one in children], "summary": WORDS}
        answer = await self.post(f"{case}/handovers", "worker", body, version=await self.version(case))
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"]

    async def version(self, case: str) -> int:
        [row] = await self.rows(f"""SELECT version FROM "case" WHERE case_id = '{case.rsplit("/", 1)[-1]}'""")
        return int(row.version)

    async def sound(self, clock: Clock | None = None) -> int:
        """One round of a freshly started watch."""
        return await Watch(self.db, clock or self.clock, self.dependencies.addresses).sound()

    async def rows(self, query: str) -> Sequence[Any]:
        async with self.db.transaction() as tx:
            return (await tx.execute(text(query))).all()

    async def events(self, event_type: str) -> list[dict[str, Any]]:
        """Recorded events of a type, such as ``case.rated``, oldest first."""
        found = await self.rows(f"SELECT data FROM event WHERE headers->>'ce_type' = '{event_type}.v1' ORDER BY id")
        return [json.loads(row.data) for row in found]
