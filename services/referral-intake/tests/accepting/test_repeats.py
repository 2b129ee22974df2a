"""A second referral about the same child, by the same agency, within 72 hours: accepted, and marked."""

import asyncio
import json
from datetime import timedelta
from hashlib import sha256
from typing import Any

import httpx2
import pytest
from intake_caller import ADDRESS, Caller, settings
from intake_examples import NOW, form
from repeat_examples import ROWAN, about
from sqlalchemy import text

from chassis.db import Database
from chassis.run.provision import DatabaseUrls
from chassis.tasks import Stop
from chassis.testing.clock import SettableClock
from chassis.testing.signer import Signer
from referral_intake.forgetting import forget_marks
from referral_intake.form import ReferralForm, facts_of
from referral_intake.form.identities import identities_of
from referral_intake.main import build
from referral_intake.model import Identity

UPN, OTHER_UPN = "A212000123456", "P212000123457"
TEMPORARY_UPN, OTHER_TEMPORARY_UPN = "Q21200012345A", "E21200012345B"

AS_AN_OLDER_RELEASE_WROTE = """
    WITH written AS (DELETE FROM repeat_mark RETURNING mark, referral_id, received_at)
    INSERT INTO repeat_mark (mark, referral_id, received_at) SELECT * FROM written
"""


async def test_a_second_referral_about_the_same_child_is_accepted_and_marked(caller: Caller) -> None:
    first = (await caller.post(about(**ROWAN), key="first")).json()

    second = await caller.post(about(**ROWAN), key="second")

    repeat = second.json()["likely_repeat_of"]
    assert second.status_code == 202
    assert repeat == {name: first[name] for name in ("referral_id", "reference", "received_at")}
    assert "likely_repeat_of" not in first


async def test_triage_is_told_which_referral_it_likely_repeats(caller: Caller) -> None:
    first = (await caller.post(about(**ROWAN), key="first")).json()

    await caller.post(about(**ROWAN), key="second")

    events = [json.loads(row.data) for row in await caller.rows("SELECT data FROM event ORDER BY id")]
    assert [event["previous_referral_id"] for event in events] == [None, first["referral_id"]]
    kept = await caller.rows("SELECT previous_referral_id FROM referral ORDER BY received_at, previous_referral_id")
    assert {str(row[0]) for row in kept} == {"None", first["referral_id"]}


@pytest.mark.parametrize(
    "child",
    [
        {"first_name": "ROWAN", "last_name": "o testerley", "date_of_birth": "2017-05-04"},
        {"first_name": "R.", "nhs_number": "999 000 0018"},
        {"description": "A boy in year 4", "school": "Ashcroft", "nhs_number": "9990000018"},
    ],
)
async def test_the_same_child_is_recognised_however_it_is_written(caller: Caller, child: dict[str, Any]) -> None:
    await caller.post(about(**ROWAN, nhs_number="9990000018"), key="first")

    assert "likely_repeat_of" in (await caller.post(about(**child), key="second")).json()


@pytest.mark.parametrize(
    "child",
    [
        {**ROWAN, "date_of_birth": "2017-05-05"},
        {**ROWAN, "first_name": "Robin"},
        {"first_name": "Rowan", "last_name": "O'Testerley", "school": "Ashcroft Primary School"},
        {**ROWAN, "first_name": "Wren", "nhs_number": "9990000019"},
    ],
)
async def test_another_child_is_no_repeat(caller: Caller, child: dict[str, Any]) -> None:
    await caller.post(about(**ROWAN, nhs_number="9990000018"), key="first")

    assert "likely_repeat_of" not in (await caller.post(about(**child), key="second")).json()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"nhs_number": "9990000050"}, {"nhs_number": "999 000 0069"}),
        ({"upn": UPN}, {"upn": OTHER_UPN}),
        ({"upn": TEMPORARY_UPN}, {"upn": OTHER_TEMPORARY_UPN}),
        ({"nhs_number": "9990000050", "upn": UPN}, {"nhs_number": "9990000069"}),
        ({"nhs_number": "9990000050", "upn": UPN}, {"nhs_number": "9990000069", "upn": UPN}),
    ],
)
async def test_twins_and_namesakes_with_numbers_of_their_own_stay_two(
    caller: Caller, one: dict[str, str], other: dict[str, str]
) -> None:
    await caller.post(about(**ROWAN, **one), key="first")

    assert "likely_repeat_of" not in (await caller.post(about(**ROWAN, **other), key="second")).json()
    assert "likely_repeat_of" in (await caller.post(about(**ROWAN, **one), key="third")).json()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"nhs_number": "9990000069"}),
        ({"nhs_number": "9990000050"}, {"nhs_number": "9990000051"}),
        ({"nhs_number": "9990000050"}, {"nhs_number": "0000000000"}),
        ({"nhs_number": "9990000050"}, {"upn": UPN}),
        ({"upn": UPN}, {"upn": f"X{UPN[1:]}"}),
        ({"upn": TEMPORARY_UPN}, {"upn": UPN}),
        ({"nhs_number": "9990000050", "upn": UPN}, {"nhs_number": "9990000050", "upn": OTHER_UPN}),
    ],
)
async def test_only_another_right_number_of_the_same_kind_says_that_it_is_another_child(
    caller: Caller, one: dict[str, str], other: dict[str, str]
) -> None:
    first = (await caller.post(about(**ROWAN, **one), key="first")).json()

    second = (await caller.post(about(**ROWAN, **other), key="second")).json()

    assert second["likely_repeat_of"]["referral_id"] == first["referral_id"]


@pytest.mark.parametrize("number", [{"nhs_number": "9990000050"}, {"upn": UPN}])
async def test_the_same_number_recognises_a_child_under_another_name_and_date(
    caller: Caller, number: dict[str, str]
) -> None:
    await caller.post(about(**ROWAN, **number), key="first")
    renamed = {"first_name": "Robin", "last_name": "Newnametest", "date_of_birth": "2017-05-14", **number}

    assert "likely_repeat_of" in (await caller.post(about(**renamed), key="second")).json()


async def test_each_of_two_twins_in_one_referral_is_recognised_by_its_own_number(caller: Caller) -> None:
    twins = [{**ROWAN, "nhs_number": "9990000050"}, {**ROWAN, "nhs_number": "9990000069"}]
    first = (await caller.post(form(children=twins), key="first")).json()

    for number in ("9990000050", "9990000069"):
        again = (await caller.post(about(**ROWAN, nhs_number=number), key=number)).json()
        assert again["likely_repeat_of"]["referral_id"] == first["referral_id"]
    third = {**ROWAN, "nhs_number": "9990000077"}
    assert "likely_repeat_of" not in (await caller.post(about(**third), key="third")).json()


async def test_behind_a_newer_twin_the_earlier_referral_about_the_same_child_is_found(caller: Caller) -> None:
    first = (await caller.post(about(**ROWAN, nhs_number="9990000050"), key="first")).json()
    await caller.post(about(**ROWAN, nhs_number="9990000069"), key="twin")

    again = (await caller.post(about(**ROWAN, upn=UPN, nhs_number="9990000050"), key="again")).json()

    assert again["likely_repeat_of"]["referral_id"] == first["referral_id"]


async def test_twins_who_come_at_the_same_moment_stay_two(caller: Caller) -> None:
    numbers = ("9990000050", "9990000069", "9990000077")
    posts = (caller.post(about(**ROWAN, nhs_number=number), key=number) for number in numbers)

    assert [answer.json().get("likely_repeat_of") for answer in await asyncio.gather(*posts)] == [None] * 3


async def test_marks_that_an_older_release_wrote_keep_nobody_apart(caller: Caller) -> None:
    await caller.post(about(**ROWAN, nhs_number="9990000050"), key="first")
    async with caller.db.transaction() as tx:
        await tx.execute(text(AS_AN_OLDER_RELEASE_WROTE))

    assert "likely_repeat_of" in (await caller.post(about(**ROWAN, nhs_number="9990000069"), key="second")).json()


async def test_what_one_agency_sent_recognises_nobody_for_another(caller: Caller) -> None:
    await caller.post(about(**ROWAN), key="first")

    other = await caller.post(about(**ROWAN), key="second", agency="metropolitan-police", azp="wandsworth-police")

    assert "likely_repeat_of" not in other.json()


async def test_siblings_are_recognised_one_by_one(caller: Caller) -> None:
    first = (await caller.post(about(**ROWAN), key="first")).json()
    sibling = {"first_name": "Wren", "last_name": "Testerley", "date_of_birth": "2019-01-02"}

    second = await caller.post(form(children=[sibling, ROWAN]), key="second")

    assert second.json()["likely_repeat_of"]["referral_id"] == first["referral_id"]


async def test_the_latest_of_several_is_named(caller: Caller) -> None:
    for number in range(3):
        latest = (await caller.post(about(**ROWAN), key=f"key-{number}")).json()

    again = await caller.post(about(**ROWAN), key="again")

    assert again.json()["likely_repeat_of"]["received_at"] == latest["received_at"]


async def test_the_very_same_request_again_is_a_repeat_of_nothing_but_itself(caller: Caller) -> None:
    first = await caller.post(about(**ROWAN), key="same")

    again = await caller.post(about(**ROWAN), key="same")

    assert again.content == first.content
    assert await caller.count("referral") == 1


async def test_two_posts_at_the_same_moment_under_two_keys_recognise_one_another(caller: Caller) -> None:
    first, second = await asyncio.gather(*(caller.post(about(**ROWAN), key=key) for key in ("one", "two")))

    repeats = [answer.json().get("likely_repeat_of") for answer in (first, second)]
    assert repeats.count(None) == 1
    ids = {answer.json()["referral_id"] for answer in (first, second)}
    assert {repeat["referral_id"] for repeat in repeats if repeat} < ids


async def test_two_services_given_one_child_at_the_same_moment_recognise_it(
    caller: Caller, urls: DatabaseUrls, signer: Signer
) -> None:
    other = build(settings(urls.app_url), clock=SettableClock(NOW), verifier=signer.verifier())
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=other.app), base_url=ADDRESS, timeout=60) as http:
        callers = [caller, Caller(http, signer, caller.db)] * 10
        posts = (each.post(about(**ROWAN), key=f"key-{number}") for number, each in enumerate(callers))
        answers = await asyncio.gather(*posts)
    await other.close()

    first = [answer.json()["referral_id"] for answer in answers if "likely_repeat_of" not in answer.json()]
    assert {answer.status_code for answer in answers} == {202}
    assert len(first) == 1


async def test_nothing_that_is_kept_to_recognise_a_child_says_who_it_is(caller: Caller) -> None:
    await caller.post(about(**ROWAN, nhs_number="9990000018"), key="first")

    marks = await caller.rows("SELECT mark, numbers FROM repeat_mark")
    digests = [digest for row in marks for digest in (row.mark, *row.numbers) if digest]
    identities = identities_in(ReferralForm.model_validate(about(**ROWAN, nhs_number="9990000018")))
    signs = [identity.sign.encode() for identity in identities]
    assert len(marks) == len(signs) == 2
    assert [len(digest) for digest in digests] == [32, 32, 32]
    assert not any(sign in digest or digest == sha256(sign).digest() for digest in digests for sign in signs)


async def test_after_72_hours_it_is_another_matter_and_the_marks_are_gone(db: Database, caller: Caller) -> None:
    await caller.post(about(**ROWAN), key="first")
    clock, stop = SettableClock(NOW), Stop()

    clock.advance(timedelta(hours=72, seconds=1))
    stop.set()
    await forget_marks(db, clock, stop)

    assert await caller.count("repeat_mark") == 0
    assert "likely_repeat_of" not in (await caller.post(about(**ROWAN), key="second")).json()


def identities_in(form: ReferralForm) -> tuple[Identity, ...]:
    return identities_of(form, facts_of(form))


def test_a_name_without_a_date_or_a_wrong_number_identifies_nobody() -> None:
    vague = ReferralForm.model_validate(about(first_name="Rowan", nhs_number="9990000019", school="Ashcroft"))

    assert identities_in(vague) == ()


def test_names_of_any_script_are_identities() -> None:
    one = ReferralForm.model_validate(about(first_name="Zoë", last_name="Müller", date_of_birth="2019-01-02"))
    other = ReferralForm.model_validate(about(first_name="ZOË", last_name="Mu\u0308ller", date_of_birth="2019-01-02"))

    assert identities_in(one) == identities_in(other) != ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"aliases": ["Rowan Otherwise"]}, {"last_name": "Otherwise"}),
        ({"aliases": ["Otherwise"]}, {"last_name": "Otherwise"}),
        ({"last_name": "Otherwise", "aliases": ["Rowan Second"]}, {"aliases": ["rowan  second"]}),
        ({"first_name": "Baby", "aliases": ["Rowan O'Testerley"]}, {}),
    ],
)
async def test_a_child_that_is_known_by_two_names_is_recognised_by_either(
    caller: Caller, one: dict[str, Any], other: dict[str, Any]
) -> None:
    await caller.post(about(**{**ROWAN, **one}), key="first")

    assert "likely_repeat_of" in (await caller.post(about(**{**ROWAN, **other}), key="second")).json()
    assert "likely_repeat_of" not in (await caller.post(about(**{**ROWAN, "first_name": "Robin"}), key="third")).json()


async def test_children_who_share_a_nickname_and_a_birthday_stay_two(caller: Caller) -> None:
    one, other = {**ROWAN, "aliases": ["Mo"]}, {**ROWAN, "first_name": "Robin", "last_name": "Elsewhere"}
    await caller.post(about(**one), key="first")

    answer = await caller.post(about(**{**other, "aliases": ["Mo"]}), key="second")

    assert "likely_repeat_of" not in answer.json()


async def test_what_is_written_for_an_unknown_name_makes_no_two_children_alike(caller: Caller) -> None:
    for number, name in enumerate(("Unknown", "Baby", "Not yet named", "Child 1", "Unknown")):
        child = {**ROWAN, "first_name": name, "last_name": "Not known", "description": "A boy", "aliases": ["N/K"]}
        assert "likely_repeat_of" not in (await caller.post(about(**child), key=f"key-{number}")).json()
