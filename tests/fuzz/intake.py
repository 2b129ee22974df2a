"""The intake service in this process, with records in every state that an answer can depend on."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import httpx2
from fastapi import FastAPI
from sqlalchemy import text

from chassis.db import Database
from chassis.delivery.messages import Message
from chassis.run.provision import DatabaseUrls
from chassis.tasks import Hint, Stop
from chassis.testing import SequentialIds, SettableClock
from chassis.testing.signer import Signer
from contracts.codes import CODE_LISTS, ClosureReason, Outcome, ThresholdLevel
from contracts.envelope import Envelope
from contracts.events import CaseClosed, CaseDecided, Event, QuestionAsked
from contracts.topics import TRIAGE
from local_stack.checkout import PARTNERSHIPS_FOLDER
from policy.load import load_packs
from referral_intake import fhir
from referral_intake.disposal import Disposal
from referral_intake.form.example import EXAMPLE
from referral_intake.main import build
from referral_intake.settings import Settings
from referral_intake.subscriptions import SUBSCRIPTIONS
from tests.fuzz.asgi import ADDRESS
from tests.fuzz.people import People
from tests.fuzz.target import Target

NOW: Final = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
LONG_AFTER: Final = timedelta(days=30 * 366)
_NOBODY_LISTENS: Final = "127.0.0.1:1"
_NEVER_REACHED: Final = 1_000_000
_FHIR_EXAMPLES: Final = Path(__file__).parents[2] / "examples" / "fhir"
_CLIENT: Final = "lantern-youth-club"
_PARKED: Final = text(
    """INSERT INTO parked (topic, partition, kafka_offset, key, aggregate, version,
                           headers, data, error_class, parked_at)
       SELECT :topic, 0, nth, convert_to('key-' || nth, 'UTF8'), 'case/' || nth, 2, '{}', '', 'gap', :now
       FROM generate_series(1, 40) nth"""
)


def settings(database_url: str) -> Settings:
    """Of a service whose limits no run reaches, and which waits for nobody to share a transaction with."""
    return Settings(
        database_url=database_url,
        kafka_bootstrap_servers=_NOBODY_LISTENS,
        oidc_issuer="https://issuer.example.org/realms/frontdoor",
        public_url=ADDRESS,
        partnerships_folder=PARTNERSHIPS_FOLDER,
        group_commit_wait_ms=0,
        partner_referrals_per_minute=_NEVER_REACHED,
        partner_reads_per_minute=_NEVER_REACHED,
    )


@asynccontextmanager
async def intake(urls: DatabaseUrls, signer: Signer) -> AsyncIterator[Target]:
    """The service on a migrated, empty database for as long as the block lasts."""
    configured, clock = settings(urls.app_url), SettableClock(NOW)
    service = build(configured, clock=clock, ids=SequentialIds(), verifier=signer.verifier())
    db, people = Database.connect(urls.app_url), People(signer)
    disposal = Disposal(db, clock, load_packs(PARTNERSHIPS_FOLDER), hint=Hint())

    async def work() -> None:
        while await disposal.work(Stop()):
            pass

    try:
        async with service.app.router.lifespan_context(service.app):
            known = await _World(service.app, people, db, clock, work).made()
            yield Target(service.app, people, known, {f"POST {fhir.PATH}": _messages()}, _names(), work)
    finally:
        await db.close()


def _messages() -> list[Any]:
    return [json.loads(path.read_bytes()) for path in sorted(_FHIR_EXAMPLES.glob("*.json"))]


def _names() -> str:
    """What FHIR calls things: an OperationOutcome names the element that is wrong."""
    return "\n".join(path.read_text() for path in sorted(Path(fhir.__file__).parent.rglob("*.py")))


@dataclass
class _World:
    """Makes the records, over HTTP and by what triage tells."""

    app: FastAPI
    people: People
    db: Database
    clock: SettableClock
    work: Callable[[], Awaitable[None]]

    async def made(self) -> dict[str, Sequence[Any]]:
        """Referrals as received, asked about, withdrawn, closed, held, due, destroyed; a partner; parked messages."""
        receipts = [await self._ask("partner", "POST", "/v1/referrals", EXAMPLE) for _ in range(10)]
        ids = [receipt["referral_id"] for receipt in receipts]
        question = await self._asked(UUID(ids[1]))
        await self._ask("partner", "POST", f"/v1/referrals/{ids[2]}/withdrawal", _WITHDRAWAL)
        for referral_id in ids[4:]:
            await self._closed(UUID(referral_id))
        references = [receipt["reference"] for receipt in receipts]
        hold = await self._ask(
            "records-officer", "POST", "/v1/holds", {"reason": "public-inquiry", "references": references[4:6]}
        )
        run = await self._destroyed(ids[6:8])
        await self._ask("operator", "POST", "/operator/partners", _PARTNER)
        async with self.db.transaction() as tx:
            await tx.execute(_PARKED, {"topic": TRIAGE.name, "now": self.clock.now()})
        return {
            "referral_id": ids,
            "referral_ids": [ids[8:]],
            "reference": references,
            "references": [references[:2], references[8:]],
            "q": references,
            "hold_id": [hold["hold_id"]],
            "run_id": [run],
            "question_id": [question],
            "client_id": [_CLIENT],
            "name": list(CODE_LISTS),
            "edition": [1],
            "parked_id": list(range(1, 41)),
        }

    async def _destroyed(self, ids: Sequence[str]) -> str:
        """The run that destroyed these, long after they were closed."""
        self.clock.advance(LONG_AFTER)
        run: str = (await self._ask("records-officer", "POST", "/v1/disposal-runs"))["run_id"]
        await self.work()
        for referral_id in ids:
            review = {"decision": "destroy", "edition": 1}
            await self._ask(
                "records-officer", "POST", f"/v1/disposal-runs/{run}/referrals/{referral_id}/review", review
            )
        await self._ask("mash-manager", "POST", f"/v1/disposal-runs/{run}/approval", {"referral_ids": list(ids)})
        await self.work()
        return run

    async def _asked(self, referral_id: UUID) -> str:
        question_id = uuid4()
        now = self.clock.now()
        await self._tell(
            QuestionAsked(
                case_id=uuid4(),
                referral_id=referral_id,
                question_id=question_id,
                agency="ashcroft-primary",
                asked_by="worker-1",
                asked_at=now,
                due_at=now + timedelta(days=1),
                policy_version="wandsworth-0123456789ab",
                detail_url="https://triage.example.org/v1/questions/1",
            )
        )
        return str(question_id)

    async def _closed(self, referral_id: UUID) -> None:
        case_id, at = uuid4(), self.clock.now() + timedelta(hours=6)
        async with self.db.transaction() as tx:
            child = await tx.scalar(text("SELECT child_id FROM child WHERE referral_id = :id"), {"id": referral_id})
        await self._tell(
            CaseDecided(
                case_id=case_id,
                referral_id=referral_id,
                reference="WAN-000000001",
                agency="ashcroft-primary",
                child_id=child,
                decision_id=uuid4(),
                recommendation_id=uuid4(),
                outcome=Outcome.NO_FURTHER_ACTION,
                level=ThresholdLevel.COMPLEX,
                recommended_by="person-1",
                authorised_by="person-2",
                decided_at=at,
                all_children_decided=True,
                policy_version="wandsworth-0123456789ab",
            )
        )
        closed = CaseClosed(case_id=case_id, referral_id=referral_id, reason=ClosureReason.DECIDED, closed_at=at)
        await self._tell(closed)

    async def _tell(self, event: Event) -> None:
        handler = SUBSCRIPTIONS.handlers[type(event)]
        envelope = Envelope(
            id=uuid4(),
            source="triage",
            type=event.TYPE,
            subject=event.subject,
            time=self.clock.now(),
            sequence=1,
            partnership="wandsworth",
            correlation_id=event.correlation,
        )
        async with self.db.transaction() as tx:
            await handler(tx, Message(envelope, event.to_json(), TRIAGE.name, 0, 0, event), self.clock.now())

    async def _ask(self, role: str, method: str, path: str, body: Any = None) -> Any:
        headers = {**self.people.headers(role), "Idempotency-Key": str(uuid4())}
        transport = httpx2.ASGITransport(app=self.app)
        async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS) as http:
            answer = await http.request(method, path, headers=headers, json=body)
        assert answer.is_success, answer.text
        return answer.json()


_WITHDRAWAL: Final = {
    "reason": "sent-in-error",
    "referrer": {"name": "Morgan Adeyemi-Clarke", "phone": "020 7946 0199"},
}
_PARTNER: Final = {
    "client_id": _CLIENT,
    "partnership": "wandsworth",
    "agency": _CLIENT,
    "source": "8",
    "jwks_url": "https://lantern.example.org/jwks.json",
}
