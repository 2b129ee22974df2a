"""A records office for tests: time that passes, cases that close, people who hold, review and approve."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
from intake_caller import ADDRESS, PACKS, Caller, settings
from intake_examples import NOW, form
from intake_messages import message_of

from chassis.db import Database
from chassis.tasks import Stop
from chassis.testing.clock import SettableClock
from chassis.testing.hints import Restless
from chassis.testing.signer import Signer
from contracts.codes import ClosureReason, Outcome, ThresholdLevel
from contracts.events import CaseClosed, CaseDecided, Event
from policy.load import load_packs
from referral_intake.disposal import Disposal
from referral_intake.main import build
from referral_intake.subscriptions import SUBSCRIPTIONS

OFFICER: dict[str, Any] = {"roles": ["records-officer"], "agency": "wandsworth-records", "subject": "officer-1"}
OTHER_OFFICER: dict[str, Any] = {**OFFICER, "subject": "officer-2"}
MANAGER: dict[str, Any] = {"roles": ["mash-manager"], "agency": "wandsworth-mash", "subject": "manager-1"}
DECIDED_AFTER = timedelta(hours=6)
SEVEN_YEARS = timedelta(days=7 * 366)


@dataclass
class Office:
    """Everything about how long referrals are kept, over HTTP, with the worker driven by hand."""

    caller: Caller
    clock: SettableClock
    disposal: Disposal

    async def send(self, document: Any | None = None, *, key: str = "key-1", **claims: Any) -> dict[str, Any]:
        """The receipt of a referral."""
        answer = await self.caller.post(document or form(), key=key, **claims)
        assert answer.status_code == 202, answer.text
        receipt: dict[str, Any] = answer.json()
        return receipt

    async def closed(
        self, *outcomes: Outcome, document: Any | None = None, key: str = "key-1", **claims: Any
    ) -> dict[str, Any]:
        """The receipt of a referral whose children were decided so and whose case was closed."""
        receipt = await self.send(document, key=key, **claims)
        await self.close(receipt["referral_id"], *outcomes or (Outcome.NO_FURTHER_ACTION,))
        return receipt

    async def close(self, referral_id: str, *outcomes: Outcome) -> None:
        """Triage decides for each child and closes the case."""
        at, case_id = self.clock.now() + DECIDED_AFTER, uuid4()
        children = await self.caller.rows(
            f"SELECT child_id FROM child WHERE referral_id = '{referral_id}' ORDER BY place"
        )
        for row, outcome in zip(children, outcomes, strict=True):
            await self.tell(decided(UUID(referral_id), case_id, row.child_id, outcome=outcome, at=at))
        closed = CaseClosed(case_id=case_id, referral_id=UUID(referral_id), reason=ClosureReason.DECIDED, closed_at=at)
        await self.tell(closed)

    async def tell(self, event: Event) -> None:
        """Triage says something."""
        handler = SUBSCRIPTIONS.handlers.get(type(event))
        assert handler is not None
        async with self.caller.db.transaction() as tx:
            await handler(tx, message_of(event), self.clock.now())

    async def later(self, by: timedelta = SEVEN_YEARS) -> None:
        """Time passes."""
        self.clock.advance(by)

    async def opened(self) -> str:
        """A run whose list is complete."""
        answer = await self.as_(OFFICER, "POST", "/v1/disposal-runs")
        assert answer.status_code == 201, answer.text
        await self.work()
        run_id: str = answer.json()["run_id"]
        return run_id

    async def listed(self, run_id: str, *, undated: bool = False) -> list[dict[str, Any]]:
        """Every referral a run lists."""
        query = f"?undated={str(undated).lower()}&limit=100"
        answer = await self.as_(OFFICER, "GET", f"/v1/disposal-runs/{run_id}/referrals{query}")
        found: list[dict[str, Any]] = answer.json()["referrals"]
        return found

    async def review(
        self, run_id: str, referral_id: str, *, who: Mapping[str, Any] = OFFICER, **said: Any
    ) -> httpx2.Response:
        """Somebody's decision; to destroy what was received, unless something else is said."""
        body = {"decision": "destroy", "edition": 1, **said}
        return await self.as_(who, "POST", f"/v1/disposal-runs/{run_id}/referrals/{referral_id}/review", json=body)

    async def approve(self, run_id: str, *referral_ids: str, who: Mapping[str, Any] = MANAGER) -> httpx2.Response:
        """Somebody's approval."""
        body = {"referral_ids": list(referral_ids)}
        return await self.as_(who, "POST", f"/v1/disposal-runs/{run_id}/approval", json=body)

    async def approved(self, referral_id: str) -> str:
        """A run in which the referral was reviewed and approved, and nothing was carried out yet."""
        run_id = await self.opened()
        assert (await self.review(run_id, referral_id)).status_code == 200
        assert (await self.approve(run_id, referral_id)).status_code == 200
        return run_id

    async def several_approved(self, count: int) -> tuple[list[dict[str, Any]], str]:
        """The receipts of so many referrals, and the run in which all of them were reviewed and approved."""
        receipts = [await self.closed(key=f"key-{number}") for number in range(count)]
        await self.later()
        run_id = await self.opened()
        for receipt in receipts:
            await self.review(run_id, receipt["referral_id"])
        await self.approve(run_id, *(receipt["referral_id"] for receipt in receipts))
        return receipts, run_id

    async def destroyed(self, referral_id: str) -> str:
        """The run that destroyed a referral."""
        run_id = await self.approved(referral_id)
        await self.work()
        return run_id

    async def hold(self, *references: str, reason: str = "public-inquiry", **said: Any) -> httpx2.Response:
        """A hold on referrals."""
        body = {"reason": reason, "references": list(references), **said}
        return await self.as_(OFFICER, "POST", "/v1/holds", json=body)

    async def counts(self, run_id: str) -> dict[str, int]:
        """A run's referrals by state."""
        answer = await self.as_(OFFICER, "GET", f"/v1/disposal-runs/{run_id}")
        counted: dict[str, int] = answer.json()["referrals"]
        return counted

    async def work(self) -> None:
        """The worker works until there is nothing left to do."""
        while await self.disposal.work(Stop()):
            pass

    async def events(self, kind: str) -> list[dict[str, Any]]:
        """What was told of a kind, in order."""
        found = await self.caller.rows(f"SELECT data FROM event WHERE headers ->> 'ce_type' = '{kind}' ORDER BY id")
        return [json.loads(row.data) for row in found]

    async def as_(self, who: Mapping[str, Any], method: str, path: str, **request: Any) -> httpx2.Response:
        """A request as somebody."""
        headers = {**request.pop("headers", {}), **self.caller.signer.bearer(**who)}
        return await self.caller.http.request(method, path, headers=headers, **request)


def decided(referral_id: UUID, case_id: UUID, child_id: UUID, *, outcome: Outcome, at: datetime = NOW) -> CaseDecided:
    """One child's decision."""
    return CaseDecided(
        case_id=case_id,
        referral_id=referral_id,
        reference="WAN-000000001",
        agency="ashcroft-primary",
        child_id=child_id,
        decision_id=uuid4(),
        recommendation_id=uuid4(),
        outcome=outcome,
        level=ThresholdLevel.COMPLEX,
        recommended_by="person-1",
        authorised_by="person-2",
        decided_at=at,
        all_children_decided=True,
        policy_version="wandsworth-0123456789ab",
    )


@asynccontextmanager
async def opened_office(
    database_url: str,
    signer: Signer,
    db: Database,
    *,
    service_db: Database,
    partnerships_folder: Path = PACKS,
) -> AsyncIterator[Office]:
    """An office with a service of its own, whose time the test sets."""
    configured = settings(database_url).model_copy(update={"partnerships_folder": partnerships_folder})
    clock = SettableClock(NOW)
    service = build(configured, db=service_db, clock=clock, verifier=signer.verifier())
    transport = httpx2.ASGITransport(app=service.app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS, timeout=60) as http:
        packs = load_packs(configured.partnerships_folder)
        yield Office(Caller(http, signer, db), clock, Disposal(db, clock, packs, hint=Restless()))
    await service.close()
