"""A case's line in the queue: whatever happens, what is kept on the case's row is what its whole history says."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import text
from triage_steps import NEW_CHILD
from triage_world import HOUSING, POLICE, TEAM, WORDS, World

from chassis.db import Database
from chassis.run import migrate
from chassis.run.provision import DatabaseUrls
from chassis.testing import revisions
from contracts.codes import SupplementKind
from triage import store
from triage.model import Case, WaitsFor

KEPT = """due_at, waits_for, children, undecided, deciding_again, stale, handovers_outstanding, requests_made,
          requests_outstanding, unanswered, questions_outstanding, unseen_news, unseen, unseen_danger,
          news_at"""
EARLY_HELP = "wandsworth-early-help"


def due_at(case: Case) -> datetime | None:
    """When the step is due that the case waits for, by its history alone."""
    if case.closed_at is not None:
        return None
    if case.undecided or case.deciding_again:
        return case.decision_due_at
    due = [one.accept_due_at for one in case.not_accepted]
    due += [case.decision_clock.due_at] if case.decision_clock else []
    if case.not_offered:
        due.append(case.offer_clock.due_at if case.offer_clock else case.decision_due_at)
    return min(due, default=None)


def truth(case: Case) -> dict[str, Any]:
    """The line of a case, counted again from everything that is loaded with it."""
    silent = [one.agency for one in case.requests if not one.revisions]
    return {
        "due_at": due_at(case),
        "waits_for": case.waits_for.value,
        "children": len(case.children),
        "undecided": len(case.undecided),
        "deciding_again": len(case.deciding_again),
        "stale": sum(case.is_stale(decision) for decision in case.current_decisions),
        "handovers_outstanding": len(case.not_offered) + len(case.not_accepted),
        "requests_made": len(case.requests),
        "requests_outstanding": len(silent),
        "unanswered": sorted(set(silent)),
        "questions_outstanding": sum(one.answered_at is None for one in case.questions),
        "unseen_news": [one.what.value for one in case.unseen],
        "unseen": len(case.unseen),
        "unseen_danger": any(one.immediate_danger for one in case.unseen),
        "news_at": max((one.told_at for one in case.news), default=None),
    }


async def lines(world: World) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """For each case: what is kept, and what is true."""
    async with world.db.transaction() as tx:
        rows = (await tx.execute(text(f'SELECT case_id, {KEPT} FROM "case" ORDER BY case_id'))).mappings().all()
        cases = [await store.find_case(tx, row["case_id"]) for row in rows]
    kept = [{name: value for name, value in row.items() if name != "case_id"} for row in rows]
    return [(one, truth(case)) for one, case in zip(kept, cases, strict=True) if case is not None]


class Walk:
    """Somebody does something, again and again; most of it is allowed."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.chance = world, random.Random(seed)
        self.edition, self.answers = 1, list[int]()
        self.waited_for = set[str]()

    async def begin(self) -> None:
        self.case = await self.world.open_case()
        self.acts: list[Callable[[], Awaitable[httpx2.Response | None]]] = [
            self.rate, self.ask, self.answer, self.take_back_answer, self.ask_sender, self.supplement, self.add_child,
            self.accept, self.give_back, self.take_back, self.close, self.wait, self.claim, self.look,
            *(self.recommend, self.authorise, self.offer) * 4,
        ]  # fmt: skip

    async def step(self) -> None:
        answer = await self.chance.choice(self.acts)()
        if answer is not None:
            self.answers.append(answer.status_code)

    async def act(self, who: str, path: str, body: Any = None) -> httpx2.Response:
        version = await self.world.version(self.case)
        return await self.world.post(f"{self.case}/{path}", who, body, version=version)

    async def one_of(self, table: str, column: str, where: str = "true") -> str:
        rows = await self.world.rows(f"SELECT {column} AS id FROM {table} WHERE {where} ORDER BY 1")
        return str(self.chance.choice(rows).id) if rows else str(UUID(int=7))

    async def rate(self) -> httpx2.Response:
        rating = self.chance.choice(["red", "amber", "green", "blue"])
        return await self.act("worker", "rating", {"rating": rating, "rationale": WORDS})

    async def ask(self) -> httpx2.Response:
        agency = self.chance.choice([POLICE, HOUSING])
        form = {"agency": agency, "lawful_basis": "public-task", "question": WORDS}
        return await self.act("worker", "information-requests", form)

    async def answer(self) -> httpx2.Response:
        request, who = await self.one_of("information_request", "request_id"), self.chance.choice(["police", "housing"])
        form = self.chance.choice([{"answer": "nothing-held"}, {"answer": "supplied", "content": WORDS}])
        return await self.world.post(f"/v1/information-requests/{request}/answer", who, form)

    async def take_back_answer(self) -> httpx2.Response:
        request = await self.one_of("information_answer", "request_id")
        form = {"revision": 1, "reason": WORDS}
        return await self.world.post(f"/v1/information-requests/{request}/withdrawal", "police", form)

    async def ask_sender(self) -> httpx2.Response:
        return await self.act("officer", "questions", {"question": WORDS})

    async def supplement(self) -> None:
        self.edition += 1
        question = await self.one_of("question", "question_id", "answered_at IS NULL")
        kind = self.chance.choice([SupplementKind.NEW_INFORMATION, SupplementKind.CORRECTION, SupplementKind.ANSWER])
        answers = UUID(question) if kind is SupplementKind.ANSWER else None
        danger = self.chance.random() < 0.3
        await self.world.supplement(edition=self.edition, kind=kind, answers=answers, immediate_danger=danger)

    async def add_child(self) -> None:
        self.edition += 1
        await self.world.supplement(edition=self.edition, **NEW_CHILD)

    async def recommend(self) -> httpx2.Response:
        first = self.chance.random() < 0.8
        undecided = "child_id NOT IN (SELECT child_id FROM decision)" if first else "true"
        form = {
            "child_id": await self.one_of("child", "child_id", undecided),
            "outcome": self.chance.choice(["strategy-discussion", "early-help", "no-further-action"]),
            "level": "4",
            "rationale": WORDS,
        }
        reason = None if first else self.chance.choice([None, "mistake-found", "news-from-sender"])
        return await self.act("worker", "recommendations", form | ({"supersedes_reason": reason} if reason else {}))

    async def authorise(self) -> httpx2.Response:
        await self.look()
        open_one = await self.one_of("recommendation", "recommendation_id", "settled IS NULL")
        form = {"recommendation_id": open_one, "agree": self.chance.random() < 0.85, "rationale": WORDS}
        return await self.act("manager", "decisions", form)

    async def offer(self) -> httpx2.Response:
        children = [await self.one_of("decision", "child_id", "team IS NOT NULL")]
        form = {"team": self.chance.choice([TEAM, EARLY_HELP]), "child_ids": children, "summary": WORDS}
        return await self.act("manager", "handovers", form)

    async def accept(self) -> httpx2.Response:
        handover, who = await self.one_of("handover", "handover_id"), self.chance.choice(["team", "early help"])
        return await self.world.post(f"/v1/handovers/{handover}/acceptance", who)

    async def give_back(self) -> httpx2.Response:
        handover, who = await self.one_of("handover", "handover_id"), self.chance.choice(["team", "early help"])
        form = {"reason": "no-capacity", "note": WORDS}
        return await self.world.post(f"/v1/handovers/{handover}/return", who, form)

    async def take_back(self) -> httpx2.Response:
        return await self.act("worker", f"handovers/{await self.one_of('handover', 'handover_id')}/withdrawal")

    async def close(self) -> httpx2.Response:
        await self.look()
        return await self.act("manager", "closure")

    async def look(self) -> httpx2.Response:
        return await self.world.get(self.case, self.chance.choice(["officer", "worker", "manager"]))

    async def claim(self) -> httpx2.Response:
        return await self.act("worker", "claim")

    async def wait(self) -> None:
        self.world.clock.advance(timedelta(minutes=self.chance.randint(1, 600)))
        await self.world.sound()


@pytest.mark.parametrize("seed", range(5))
async def test_after_whatever_happened_the_line_says_what_the_history_says(world: World, seed: int) -> None:
    walk = Walk(world, seed)
    await walk.begin()

    for _ in range(60):
        await walk.step()
        for kept, true in await lines(world):
            assert kept == true
            walk.waited_for.add(kept["waits_for"])

    assert sum(status < 300 for status in walk.answers) > 15, "the walk must get somewhere"
    assert len(walk.waited_for) > 2, "and its case come far"


async def test_migrating_gives_every_case_the_line_that_its_history_says(world: World, urls: DatabaseUrls) -> None:
    walk = Walk(world, seed=1)
    await walk.begin()
    for _ in range(40):
        await walk.step()
    await revisions.downgrade(urls.owner_url, package="triage", to="0006")

    await migrate.upgrade(urls.owner_url, package="triage")

    migrated = replace(world, db=Database.connect(urls.app_url))  # what was prepared before knows the columns of before
    [(kept, true)] = await lines(migrated)
    await migrated.db.close()
    assert kept == true
    assert kept["children"] > 0


async def test_answers_that_come_together_are_all_counted(world: World) -> None:
    case = await world.open_case()
    requests = [await world.ask(case, agency) for agency in (POLICE, HOUSING) * 3]

    await asyncio.gather(
        *(
            world.post(f"{request}/answer", who, {"answer": "nothing-held"})
            for request, who in zip(requests, ("police", "housing") * 3, strict=True)
        )
    )

    [(kept, true)] = await lines(world)
    assert kept == true
    assert (kept["requests_made"], kept["requests_outstanding"], kept["unanswered"]) == (6, 0, [])


async def test_every_way_of_waiting_is_said_in_words() -> None:
    assert all(one.label for one in WaitsFor)
