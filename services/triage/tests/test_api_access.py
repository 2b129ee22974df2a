"""The access matrix over HTTP: who gets in where, what they are told, and that every look and refusal is kept."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from triage_world import PEOPLE, WORDS, World


@dataclass(frozen=True)
class Records:
    """Paths of one case, which everybody tries to reach."""

    case: str
    request: str
    question: str
    handover: str


@pytest.fixture
async def records(world: World) -> Records:
    case = await world.open_case()
    request, question = await world.ask(case), await world.ask_sender(case)
    await world.decide(case, 1)
    return Records(case, request, question, await world.offer(case, 1))


READERS: dict[str, dict[str, str]] = {
    "case": {
        "officer": "triage",
        "worker": "triage",
        "second worker": "child-protection",
        "manager": "triage",
        "auditor": "audit",
        "team": "child-protection",
    },
    "request": {
        "officer": "triage",
        "worker": "triage",
        "second worker": "child-protection",
        "manager": "triage",
        "auditor": "audit",
        "police": "answer-request",
        "police officer": "answer-request",
    },
    "question": {
        "officer": "triage",
        "worker": "triage",
        "second worker": "child-protection",
        "manager": "triage",
        "auditor": "audit",
        "school": "own-referral",
        "school lead": "own-referral",
    },
    "handover": {
        "officer": "triage",
        "worker": "triage",
        "second worker": "child-protection",
        "manager": "triage",
        "auditor": "audit",
        "team": "child-protection",
    },
}


@pytest.mark.parametrize("record", READERS)
async def test_who_may_open_what_and_each_look_is_written_down(world: World, records: Records, record: str) -> None:
    path, readers = getattr(records, record), READERS[record]

    answers = {who: await world.get(path, who, purpose=readers.get(who, "triage")) for who in PEOPLE}

    looks = [(one["actor"], one["purpose"]) for one in await world.events("record.accessed")]
    refusals = [one["actor"] for one in await world.events("access.denied")]
    for who, answer in answers.items():
        assert answer.status_code == (200 if who in readers else 404), who
        assert who in readers or WORDS not in answer.text
    assert looks == [(PEOPLE[who]["subject"], readers[who]) for who in PEOPLE if who in readers]
    assert refusals == [PEOPLE[who]["subject"] for who in PEOPLE if who not in readers]


WRITERS: dict[str, set[str]] = {
    "rating": {"worker", "second worker", "manager"},
    "information-requests": {"worker", "second worker", "manager"},
    "questions": {"officer", "worker", "second worker", "manager"},
    "recommendations": {"worker", "second worker", "manager"},
    "handovers": {"worker", "second worker", "manager"},
    "closure": {"manager"},
}
STAFF = {"officer", "worker", "second worker", "manager"}
CHILD = str(UUID(int=1002))
BODIES: dict[str, Any] = {
    "rating": {"rating": "red"},
    "information-requests": {"agency": "wandsworth-housing", "lawful_basis": "public-task", "question": WORDS},
    "questions": {"question": WORDS},
    "recommendations": {"child_id": CHILD, "outcome": "assessment", "level": "3", "rationale": WORDS},
    "handovers": {"team": "wandsworth-macpt", "child_ids": [str(UUID(int=1001))], "summary": WORDS},
    "closure": None,
}


@pytest.mark.parametrize("act", WRITERS)
async def test_who_may_not_do_what_to_a_case_and_each_refusal_is_written_down(
    world: World, records: Records, act: str
) -> None:
    version = await world.version(records.case)
    refused = [who for who in PEOPLE if who not in WRITERS[act]]

    answers = {who: await world.post(f"{records.case}/{act}", who, BODIES[act], version=version) for who in refused}

    assert {who: answer.status_code for who, answer in answers.items()} == {
        who: 403 if who in STAFF else 404 for who in refused
    }
    denied = [one["actor"] for one in await world.events("access.denied")]
    assert denied == [PEOPLE[who]["subject"] for who in refused]
    assert await world.version(records.case) == version


@pytest.mark.parametrize("act", WRITERS)
async def test_who_may_do_what_to_a_case(world: World, records: Records, act: str) -> None:
    for who in sorted(WRITERS[act]):
        version = await world.version(records.case)

        answer = await world.post(f"{records.case}/{act}", who, BODIES[act], version=version)

        assert answer.status_code in (200, 201, 409), who  # 409: the rule was asked, and says the time is not right
    assert await world.events("access.denied") == []


async def test_contact_officers_recommend_what_the_pack_lets_them(world: World, records: Records) -> None:
    version = await world.version(records.case)
    body = BODIES["recommendations"] | {"outcome": "information-and-advice"}

    answer = await world.post(f"{records.case}/recommendations", "officer", body, version=version)

    assert answer.status_code == 201


async def test_only_those_whom_the_pack_names_authorise(world: World, records: Records) -> None:
    recommendation_id = await world.recommend(records.case, 2, "assessment")
    version = await world.version(records.case)
    body = {"recommendation_id": recommendation_id, "agree": True, "rationale": "Yes."}
    refused = [who for who in PEOPLE if who != "manager"]

    answers = {who: await world.post(f"{records.case}/decisions", who, body, version=version) for who in refused}
    allowed = await world.post(f"{records.case}/decisions", "manager", body, version=version)

    assert {who: answer.status_code for who, answer in answers.items()} == {
        who: 403 if who in STAFF else 404 for who in refused
    }
    assert allowed.status_code == 200
    assert len(await world.events("access.denied")) == len(refused)


async def test_only_the_asked_agency_answers(world: World, records: Records) -> None:
    refused = [who for who in PEOPLE if who not in ("police", "police officer")]
    nothing = {"answer": "nothing-held"}

    answers = [await world.post(f"{records.request}/answer", who, nothing) for who in refused]
    allowed = await world.post(f"{records.request}/answer", "police officer", nothing)

    assert {answer.status_code for answer in answers} == {404}
    assert allowed.status_code == 200
    assert len(await world.events("access.denied")) == len(refused)


async def test_only_the_team_accepts(world: World, records: Records) -> None:
    refused = [who for who in PEOPLE if who != "team"]

    answers = [await world.post(f"{records.handover}/acceptance", who) for who in refused]
    allowed = await world.post(f"{records.handover}/acceptance", "team")

    assert {answer.status_code for answer in answers} == {404}
    assert allowed.status_code == 200
    assert len(await world.events("access.denied")) == len(refused)


async def test_only_staff_see_the_queue_and_only_their_own_partnerships(world: World, records: Records) -> None:
    answers = {who: await world.get("/v1/cases", who, purpose=None) for who in PEOPLE}

    stranger = answers.pop("stranger")
    assert stranger.json()["cases"] == []
    for who, answer in answers.items():
        assert answer.status_code == (200 if who in STAFF else 403), who


async def test_only_agencies_list_requests_and_only_their_own(world: World, records: Records) -> None:
    asked, agencies = {"police", "police officer"}, {"housing", "school", "school lead", "strange agency"}

    for who in PEOPLE:
        answer = await world.get("/v1/information-requests", who, purpose=None)

        assert answer.status_code == (200 if who in asked | agencies else 403), who
        assert len(answer.json().get("requests", ())) == (1 if who in asked else 0)


async def test_only_agencies_list_questions_and_only_about_their_own_referrals(world: World, records: Records) -> None:
    senders, agencies = {"school", "school lead"}, {"police", "police officer", "housing", "strange agency"}

    for who in PEOPLE:
        answer = await world.get("/v1/questions", who, purpose=None)

        assert answer.status_code == (200 if who in senders | agencies else 403), who
        assert len(answer.json().get("questions", ())) == (1 if who in senders else 0)
        assert WORDS not in answer.text


@pytest.mark.parametrize("path", ["cases", "information-requests", "questions", "handovers"])
async def test_a_record_that_is_not_there_and_one_that_is_secret_look_the_same(
    world: World, records: Records, path: str
) -> None:
    secret = {
        "cases": records.case,
        "information-requests": records.request,
        "questions": records.question,
        "handovers": records.handover,
    }[path]

    hidden = await world.get(secret, "stranger")
    absent = await world.get(f"/v1/{path}/{UUID(int=404)}", "stranger")

    assert (hidden.status_code, hidden.json()) == (absent.status_code, absent.json())


@pytest.mark.parametrize("purpose", [None, "", "curiosity"])
async def test_staff_say_what_they_open_a_record_for(world: World, records: Records, purpose: str | None) -> None:
    for path in (records.case, records.request, records.question, records.handover):
        answer = await world.get(path, "worker", purpose=purpose)

        assert answer.status_code == 422
        assert "triage" in answer.json()["errors"][0]["detail"]


async def test_a_purpose_that_the_role_does_not_serve_is_refused_and_written_down(
    world: World, records: Records
) -> None:
    answer = await world.get(records.case, "officer", purpose="child-protection")

    assert answer.status_code == 403
    assert [one["reason"] for one in await world.events("access.denied")] == ["purpose"]


async def test_reading_an_answer_is_a_look_at_the_answer_too(world: World, records: Records) -> None:
    await world.post(f"{records.request}/answer", "police", {"answer": "supplied", "content": WORDS})

    answer = await world.get(records.request, "worker")

    assert answer.json()["content"] == WORDS
    looks = await world.events("record.accessed")
    assert [one["record"] for one in looks] == ["information-request", "information-answer"]


@pytest.fixture
async def unrecordable(world: World, records: Records, owner: AsyncEngine) -> AsyncIterator[None]:
    """Nothing can be written down."""
    async with owner.begin() as tx:
        role = (await tx.execute(text("SELECT current_database() || '_app'"))).scalar_one()
        await tx.execute(text(f'REVOKE INSERT ON event FROM "{role}"'))
    yield
    async with owner.begin() as tx:
        await tx.execute(text(f'GRANT INSERT ON event TO "{role}"'))


@pytest.mark.usefixtures("unrecordable")
async def test_what_cannot_be_written_down_is_not_shown(world: World, records: Records) -> None:
    for path in (records.case, records.request, records.question, records.handover):
        answer = await world.get(path, "worker")

        assert answer.status_code >= 500
        assert WORDS not in answer.text
