"""Changes of one referral that meet on a real database: one edition after the other, none lost and none doubled."""

import asyncio
import json
from hashlib import sha256
from itertools import pairwise
from typing import Any

import httpx2
from intake_caller import ADDRESS, Caller, sent, settings
from intake_examples import NOW, form, planted
from sqlalchemy.ext.asyncio import AsyncEngine
from supplement_examples import (
    answer,
    case_opened,
    correction,
    id_of,
    new_child,
    news,
    question_asked,
    told,
    withdrawal,
)

from chassis.run.provision import DatabaseUrls
from chassis.testing.clock import SettableClock
from chassis.testing.signer import Signer
from referral_intake.main import build


async def editions(caller: Caller) -> list[dict[str, Any]]:
    """Every edition of the only referral."""
    [row] = await caller.rows("SELECT referral_id FROM referral")
    return await editions_of(caller, f"/{row.referral_id}")


async def editions_of(caller: Caller, path: str) -> list[dict[str, Any]]:
    """Every edition as it is stored, checked against the commitment that was published of it."""
    its = f"'{id_of(path)}'"
    events = await caller.rows(f"SELECT data FROM event WHERE aggregate = 'referral/' || {its} ORDER BY version")
    rows = await caller.rows(f"SELECT edition, salt, content FROM document WHERE referral_id = {its} ORDER BY edition")
    assert [row.edition for row in rows] == list(range(1, len(rows) + 1))
    assert [sha256(row.salt + row.content).hexdigest() for row in rows] == [
        json.loads(event.data)["content_commitment"] for event in events
    ]
    return [json.loads(row.content) for row in rows]


async def test_twelve_supplements_at_once_make_twelve_gapless_editions(caller: Caller) -> None:
    path = await sent(caller)

    responses = await asyncio.gather(
        *(caller.add(path, news(words=f"News {number}"), key=f"add-{number}") for number in range(12))
    )

    assert {response.status_code for response in responses} == {202}
    assert sorted(response.json()["edition"] for response in responses) == list(range(2, 14))
    stored = await editions(caller)
    assert [line["edition"] for line in stored[-1]["history"]] == list(range(1, 14))
    assert {line["words"] for line in stored[-1]["history"][1:]} == {f"News {number}" for number in range(12)}
    for earlier, later in pairwise(stored[1:]):
        assert later["history"][:-1] == earlier["history"]


async def test_children_added_at_once_all_stand_in_the_last_edition_each_with_its_id(caller: Caller) -> None:
    path = await sent(caller)

    await asyncio.gather(
        *(caller.add(path, new_child(first_name=f"Wren {number}"), key=f"add-{number}") for number in range(6))
    )

    children = (await editions(caller))[-1]["children"]
    assert {child["first_name"] for child in children} == {"Rowan", *(f"Wren {number}" for number in range(6))}
    rows = await caller.rows("SELECT child_id FROM child ORDER BY place")
    assert [child["child_id"] for child in children] == [str(row.child_id) for row in rows]


async def test_supplements_and_withdrawals_at_once_follow_one_another(caller: Caller) -> None:
    path = await sent(caller)

    added, taken_back = await asyncio.gather(
        asyncio.gather(*(caller.add(path, news(), key=f"add-{number}") for number in range(6))),
        asyncio.gather(*(caller.withdraw(path, withdrawal(), key=f"back-{number}") for number in range(6))),
    )

    assert {response.status_code for response in added} == {202}
    assert sorted(response.status_code for response in taken_back) == [202, 409, 409, 409, 409, 409]
    stored = await editions(caller)
    assert len(stored) == 8
    assert [line["kind"] for line in stored[-1]["history"]].count("withdrawal") == 1


async def test_one_key_sent_many_times_at_once_makes_one_supplement(caller: Caller) -> None:
    path = await sent(caller)

    responses = await asyncio.gather(*(caller.add(path, news()) for _ in range(20)))

    taken = [response for response in responses if response.status_code == 202]
    running = [response for response in responses if response.status_code == 409]
    assert len(taken) + len(running) == 20
    assert all(response.headers["retry-after"] == "1" for response in running)
    assert len({response.content for response in taken}) == 1
    assert (await caller.add(path, news())).content == taken[0].content
    assert len(await editions(caller)) == 2


async def test_one_key_for_a_referral_and_a_supplement_at_once_serves_one_of_them(caller: Caller) -> None:
    path = await sent(caller)

    referral, supplement = await asyncio.gather(
        caller.post(form(strengths="x"), key="same"), caller.add(path, news(), key="same")
    )

    statuses = [referral.status_code, supplement.status_code]
    assert statuses.count(202) == 1
    assert set(statuses) <= {202, 409, 422}


async def test_two_answers_to_one_question_at_once_answer_it_once(caller: Caller) -> None:
    path = await sent(caller)
    await told(caller.db, case_opened(id_of(path)), question_asked(id_of(path)))

    responses = await asyncio.gather(*(caller.add(path, answer(), key=f"add-{number}") for number in range(8)))

    assert sorted(response.status_code for response in responses) == [202, *([422] * 7)]
    assert len(await editions(caller)) == 2


async def test_two_services_serialise_the_supplements_of_one_referral(
    caller: Caller, urls: DatabaseUrls, signer: Signer
) -> None:
    path = await sent(caller)
    second = build(settings(urls.app_url), clock=SettableClock(NOW), verifier=signer.verifier())
    transport = httpx2.ASGITransport(app=second.app)
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS, timeout=60) as http:
        callers = [caller, Caller(http, signer, caller.db)] * 6
        responses = await asyncio.gather(
            *(each.add(path, news(), key=f"add-{number}") for number, each in enumerate(callers))
        )
    await second.close()

    assert sorted(response.json()["edition"] for response in responses) == list(range(2, 14))
    assert len(await editions(caller)) == 13


async def test_a_crowd_of_supplements_keeps_no_referral_from_coming_in(caller: Caller) -> None:
    path = await sent(caller)
    crowd = asyncio.gather(*(caller.add(path, news(), key=f"add-{number}") for number in range(60)))

    referral = await caller.post(form(strengths="x"), key="meanwhile")

    assert not crowd.done()
    assert referral.status_code == 202
    assert {response.status_code for response in await crowd} == {202}
    assert len(await editions_of(caller, path)) == 61


async def test_a_supplement_that_cannot_be_told_is_not_kept(caller: Caller, owner: AsyncEngine) -> None:
    path = await sent(caller)

    async with planted(owner, "event", "CHECK (headers ->> 'ce_type' <> 'referral.supplemented.v1')"):
        failed = await caller.add(path, news())
    again = await caller.add(path, news())

    assert (failed.status_code, again.status_code) == (500, 202)
    assert again.json()["edition"] == 2
    assert len(await editions(caller)) == 2


async def test_corrections_of_one_fact_at_once_each_stand_in_an_edition_of_their_own(caller: Caller) -> None:
    path = await sent(caller)

    await asyncio.gather(
        *(caller.add(path, correction("/strengths", f"Strength {n}"), key=f"add-{n}") for n in range(5))
    )

    stored = await editions(caller)
    lines = [line["put_right"][0] for line in stored[-1]["history"][1:]]
    assert [line.get("was") for line in lines] == [None, *(line["value"] for line in lines[:-1])]
    assert stored[-1]["strengths"] == lines[-1]["value"]
