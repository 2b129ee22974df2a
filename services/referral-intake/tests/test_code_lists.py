"""Code lists over HTTP: open, complete, kept in caches, and clear about codes that may no longer be used."""

from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from intake_caller import ADDRESS, Caller, settings
from intake_examples import form
from pydantic import TypeAdapter

from chassis.db import Database
from chassis.testing.clock import SettableClock
from chassis.testing.signer import Signer
from contracts.codes import CODE_LISTS, LocalAuthority
from referral_intake.main import build

ALL = "/v1/code-lists"


async def read(caller: Caller, path: str = ALL, **headers: str) -> httpx2.Response:
    return await caller.http.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


async def test_anyone_reads_every_list_without_a_token(caller: Caller) -> None:
    answer = await read(caller)

    assert answer.status_code == 200
    listed = answer.json()["code_lists"]
    assert [each["name"] for each in listed] == list(CODE_LISTS)
    assert [len(each["codes"]) for each in listed] == [len(known.codes) for known in CODE_LISTS.values()]


async def test_one_list_says_its_edition_its_source_and_when_each_code_may_be_used(caller: Caller) -> None:
    listed = (await read(caller, f"{ALL}/local-authority")).json()

    codes = {code["code"]: code for code in listed["codes"]}
    assert (listed["name"], listed["edition"]) == ("local-authority", "2026-04")
    assert listed["source"]["name"].startswith("Department for Education")
    assert listed["source"]["address"].startswith("https://")
    assert codes["212"] == {
        "code": "212",
        "label": "Wandsworth",
        "valid_from": None,
        "valid_until": None,
        "deprecated": False,
    }
    assert codes["909"] == {
        "code": "909",
        "label": "Cumbria",
        "valid_from": None,
        "valid_until": "2023-03-31",
        "deprecated": True,
    }
    assert codes["942"]["valid_from"] == "2023-04-01"


async def test_a_list_alone_is_the_same_as_among_all(caller: Caller) -> None:
    among_all = (await read(caller)).json()["code_lists"]

    alone = [(await read(caller, f"{ALL}/{name}")).json() for name in CODE_LISTS]

    assert alone == among_all


async def test_a_list_says_what_is_known_to_be_missing_from_it(caller: Caller) -> None:
    listed = {each["name"]: each for each in (await read(caller)).json()["code_lists"]}

    assert "UN6" in listed["upn-unknown-reason"]["note"]
    assert listed["ethnicity"]["note"] is None


@pytest.mark.parametrize("path", [f"{ALL}/languages", f"{ALL}/sex-"])
async def test_a_list_that_does_not_exist_is_not_found(caller: Caller, path: str) -> None:
    answer = await read(caller, path)

    assert answer.status_code == 404
    assert answer.json()["type"].endswith("no-such-code-list")
    assert answer.headers["cache-control"] == "no-store"


async def test_a_name_that_no_list_can_have_is_refused_without_repeating_it(caller: Caller) -> None:
    answer = await read(caller, f"{ALL}/Ethnicity%20of%20Alex")

    assert answer.status_code == 422
    assert "Alex" not in answer.text


# -- kept in caches -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [ALL, f"{ALL}/sex"])
async def test_the_answer_may_be_kept_by_any_cache(caller: Caller, path: str) -> None:
    answer = await read(caller, path)

    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert answer.headers["etag"].startswith('"')
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", [ALL, f"{ALL}/sex"])
@pytest.mark.parametrize("known", ["{tag}", "W/{tag}", '"another", {tag}', "*"])
async def test_anyone_who_has_it_is_told_that_it_is_unchanged(caller: Caller, path: str, known: str) -> None:
    tag = (await read(caller, path)).headers["etag"]

    answer = await read(caller, path, If_None_Match=known.format(tag=tag))

    assert answer.status_code == 304
    assert answer.content == b""
    assert answer.headers["etag"] == tag
    assert answer.headers["cache-control"] == "public, max-age=3600"


@pytest.mark.parametrize("known", ['"another"', "", ",", '"', "W/", "é"])
async def test_anyone_who_has_something_else_is_given_it_whole(caller: Caller, known: str) -> None:
    answer = await caller.http.get(ALL, headers=[(b"If-None-Match", known.encode())])

    assert answer.status_code == 200
    assert answer.json()["code_lists"]


async def test_each_list_has_a_tag_of_its_own(caller: Caller) -> None:
    tags = [(await read(caller, f"{ALL}/{name}")).headers["etag"] for name in CODE_LISTS]

    assert len(set(tags)) == len(CODE_LISTS)


# -- codes that may no longer be used -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "deprecated"),
    [
        (datetime(2023, 3, 31, 12, tzinfo=UTC), False),
        (datetime(2023, 4, 1, 12, tzinfo=UTC), True),
    ],
)
async def test_a_code_is_marked_from_the_day_after_its_last(
    db: Database, urls: Any, signer: Signer, now: datetime, deprecated: bool
) -> None:
    service = build(settings(urls.app_url), clock=SettableClock(now), verifier=signer.verifier())
    transport = httpx2.ASGITransport(app=service.app, raise_app_exceptions=False)

    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS) as http:
        listed = (await http.get(f"{ALL}/local-authority")).json()
    await service.close()

    cumbria = next(code for code in listed["codes"] if code["code"] == LocalAuthority.CUMBRIA)
    assert cumbria["deprecated"] is deprecated


async def test_a_code_that_is_marked_is_read_as_it_was_said(caller: Caller) -> None:
    """It never stops a referral: a sender whose system is a year behind is still worried about a child."""
    listed = (await read(caller)).json()["code_lists"]
    marked = [(each["name"], code["code"]) for each in listed for code in each["codes"] if code["deprecated"]]

    said = [TypeAdapter(CODE_LISTS[name].codes).validate_python(code) for name, code in marked]

    assert said == [code for _, code in marked]
    assert {name for name, _ in marked} == {"assessment-factor", "gender", "local-authority"}


@pytest.mark.parametrize("la_code", ["909", "942"], ids=["Cumbria, until 2023", "Cumberland, since then"])
async def test_a_referral_with_a_code_of_the_past_is_accepted_and_kept_as_it_was_said(
    caller: Caller, la_code: str
) -> None:
    child = {"first_name": "Alex", "date_of_birth": "2015-03-01", "la_child_id": "7001234", "la_code": la_code}

    receipt = await caller.post(form(children=[child]))

    document = (await caller.document(receipt.headers["location"])).json()
    assert receipt.status_code == 202
    assert document["children"][0]["la_code"] == la_code
