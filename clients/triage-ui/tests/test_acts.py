"""Forms: kept raw from the first post on, sent once, and safe whatever comes between."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from html import unescape
from typing import Any, Final

import httpx2
import pytest
from ui_answers import CASE_ID, MANAGER, RECOMMENDATION_ID, case, recommendation
from ui_world import SignedInBrowser, World, problem

from chassis.db import Database, DatabaseUnavailable

RATE: Final = f"/cases/{CASE_ID}/rate"
RATING: Final = f"/v1/cases/{CASE_ID}/rating"
WORDS: Final = "Because of <b>this</b> \N{CHILD} अनुष्का \N{RIGHT-TO-LEFT OVERRIDE}x"
SHOWN: Final = "Because of &lt;b&gt;this&lt;/b&gt; \N{CHILD} अनुष्का \N{RIGHT-TO-LEFT OVERRIDE}x"
_HIDDEN: Final = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')
FORM_KEY: Final = re.compile(r'name="form_key" value="([0-9a-f-]{36})"')


async def _written(person: SignedInBrowser, **fields: str) -> httpx2.Response:
    """A rating that is filled in and not sent yet: the page to check it."""
    filled: dict[str, Any] = {"rating": "red", "rationale": WORDS, "seen_version": '"3"', **fields}
    saved = await person.post(RATE, then="check", **filled)
    assert saved.status_code == 303
    return await person.get(f"{RATE}/check")


async def _key(person: SignedInBrowser) -> str:
    found = FORM_KEY.search((await _written(person)).text)
    assert found is not None
    return found[1]


async def test_what_is_sent_is_what_was_checked_under_the_forms_key(world: World) -> None:
    person = await world.sign_in()
    world.services.answers["POST", RATING] = {}
    checked = await _written(person)
    form_key = FORM_KEY.search(checked.text)
    assert form_key is not None

    sent = await person.post(f"{RATE}/check", form_key=form_key[1])

    assert SHOWN in checked.text
    assert (sent.status_code, sent.headers["location"]) == (303, f"/cases/{CASE_ID}?done=rate")
    (command,) = world.services.sent(RATING)
    assert command.headers["idempotency-key"] == form_key[1]
    assert command.headers["if-match"] == '"3"'
    assert b'"rating":"red"' in command.content


async def test_nothing_is_chosen_for_anybody(world: World) -> None:
    page = await (await world.sign_in()).get(RATE)

    assert page.status_code == 200
    assert "checked" not in page.text


async def test_a_form_that_is_not_filled_in_keeps_what_was_typed_and_says_what_is_missing(world: World) -> None:
    person = await world.sign_in()

    page = await _written(person, rating="")

    assert "Choose a rating" in page.text
    assert SHOWN in page.text
    assert "<title>Error: " in page.text
    assert world.services.sent(RATING) == []


async def test_a_double_click_sends_once_and_both_lead_to_the_same_place(world: World) -> None:
    person = await world.sign_in()
    world.services.answers["POST", RATING] = {}
    key = await _key(person)

    answers = await asyncio.gather(*(person.post(f"{RATE}/check", form_key=key) for _ in range(3)))

    assert {answer.headers["location"] for answer in answers} == {f"/cases/{CASE_ID}?done=rate"}
    assert len(world.services.sent(RATING)) == 1


async def test_a_form_that_is_sent_again_later_only_leads_on(world: World) -> None:
    person = await world.sign_in()
    world.services.answers["POST", RATING] = {}
    key = await _key(person)
    await person.post(f"{RATE}/check", form_key=key)

    again = await person.post(f"{RATE}/check", form_key=key)

    assert again.headers["location"] == f"/cases/{CASE_ID}?done=rate"
    assert len(world.services.sent(RATING)) == 1


@pytest.mark.parametrize("key", ["", "no key", "5f0c5d3e-7b52-4f0e-9c59-0d7c2a1f4e6b", "0" * 5000])
async def test_a_forged_key_sends_nothing(world: World, key: str) -> None:
    person = await world.sign_in()

    answer = await person.post(f"{RATE}/check", form_key=key)

    assert (answer.status_code, world.services.sent(RATING)) == (410, [])
    assert "This form can no longer be sent" in answer.text


async def test_somebody_elses_key_sends_nothing_and_shows_nothing(world: World) -> None:
    key = await _key(await world.sign_in())
    thief = await world.sign_in(subject=MANAGER, roles=("mash-manager",))

    answer = await thief.post(f"{RATE}/check", form_key=key)
    listed = await thief.get("/drafts")

    assert (answer.status_code, world.services.sent(RATING)) == (410, [])
    assert "Because of" not in answer.text + listed.text


async def test_a_key_of_another_act_sends_nothing(world: World) -> None:
    person = await world.sign_in()
    key = await _key(person)

    answer = await person.post(f"/cases/{CASE_ID}/close/check", form_key=key)

    assert (answer.status_code, world.services.sent(f"/v1/cases/{CASE_ID}/closure")) == (410, [])


async def test_an_expired_draft_is_gone(world: World) -> None:
    key = await _key(await world.sign_in())
    world.clock.advance(timedelta(hours=40))
    person = await world.sign_in()

    answer = await person.post(f"{RATE}/check", form_key=key)

    assert answer.status_code == 410
    assert "You have no drafts" in (await person.get("/drafts")).text


async def test_a_case_that_changed_shows_both_texts_and_one_button_to_go_on(world: World) -> None:
    person = await world.sign_in()
    key = await _key(person)
    theirs = {
        **case()["ratings"][0],
        "rating": "green",
        "rationale": "Nothing in it.",
        "rated_at": "2026-11-29T11:59:00Z",
    }
    world.services.answers["GET", f"/v1/cases/{CASE_ID}"] = lambda _: httpx2.Response(
        200, json=case(rating="green", ratings=[theirs]), headers={"ETag": '"4"'}
    )
    world.services.answers["POST", RATING] = lambda _: problem(412, "stale-version", "The case has changed")

    changed = await person.post(f"{RATE}/check", form_key=key)
    went_on = await person.post(f"{RATE}/go-on", form_key=key, seen_version='"4"')
    world.services.answers["POST", RATING] = {}
    sent = await person.post(f"{RATE}/check", form_key=key)

    assert changed.status_code == 412
    assert SHOWN in changed.text
    assert "Nothing in it." in changed.text
    assert went_on.headers["location"] == f"{RATE}/check"
    assert sent.status_code == 303
    assert [one.headers["if-match"] for one in world.services.sent(RATING)] == ['"3"', '"4"']


async def test_a_refusal_says_why_with_everything_still_there(world: World) -> None:
    person = await world.sign_in()
    key = await _key(person)
    errors = [{"pointer": "/rationale", "detail": "Say why."}]
    world.services.answers["POST", RATING] = lambda _: problem(
        422, "rationale-missing", "Say why you are changing the rating", errors=errors
    )

    refused = await person.post(f"{RATE}/check", form_key=key)

    assert refused.status_code == 422
    for said in ("Say why you are changing the rating", "Rationale: Say why.", "Nothing was sent.", SHOWN):
        assert said in refused.text


async def test_a_service_that_is_away_loses_nothing_and_the_same_key_is_tried_again(world: World) -> None:
    person = await world.sign_in()
    key = await _key(person)
    world.services.answers["POST", RATING] = lambda _: problem(503, "unavailable", "We cannot do this now")

    away = await person.post(f"{RATE}/check", form_key=key)
    world.services.answers["POST", RATING] = {}
    sent = await person.post(f"{RATE}/check", form_key=key)

    assert away.status_code == 503
    assert "Nothing is lost" in away.text
    assert sent.status_code == 303
    assert {one.headers["idempotency-key"] for one in world.services.sent(RATING)} == {key}


async def test_a_session_that_ended_while_somebody_wrote_keeps_the_text_and_leads_back_to_it(world: World) -> None:
    person = await world.sign_in()
    world.clock.advance(timedelta(minutes=21))

    late = await person.post(RATE, then="check", rating="red", rationale=WORDS, seen_version='"3"')
    again = await world.sign_in()
    shown = await again.get(RATE)

    assert late.headers["location"] == f"/sign-in?to=/cases/{CASE_ID}/rate"
    assert SHOWN in shown.text
    assert "This is your draft" in shown.text


async def test_a_service_that_wants_a_fresh_sign_in_is_given_one_and_the_text_is_kept(world: World) -> None:
    manager = await world.sign_in(subject=MANAGER, roles=("mash-manager",))
    world.services.answers["GET", f"/v1/cases/{CASE_ID}"] = case(recommendations=[recommendation()])
    path = f"/cases/{CASE_ID}/authorise/{RECOMMENDATION_ID}"
    await manager.post(path, then="check", agree="yes", rationale=WORDS, seen_version='"3"')
    paused = await manager.get(f"{path}/check")
    checked = await manager.get(f"{path}/check?sure=yes")
    challenge = 'Bearer error="insufficient_user_authentication", max_age=300'
    world.services.answers["POST", f"/v1/cases/{CASE_ID}/decisions"] = lambda _: httpx2.Response(
        401, headers={"WWW-Authenticate": challenge}
    )
    form_key = FORM_KEY.search(checked.text)
    assert form_key is not None

    answer = await manager.post(f"{path}/check", form_key=form_key[1])

    assert "Before you go on" in paused.text
    assert answer.headers["location"] == f"/sign-in?max_age=300&to={path}/check%3Fsure%3Dyes"
    assert SHOWN in (await manager.get(f"{path}/check?sure=yes")).text


async def test_a_draft_is_listed_for_its_writer_and_can_be_thrown_away(world: World) -> None:
    person = await world.sign_in()
    await person.post(RATE, then="later", rating="red", rationale=WORDS, seen_version='"3"', reference="WAN-7K3M-Q9TR")
    listed = await person.get("/drafts")
    form_key = FORM_KEY.search(listed.text)
    assert form_key is not None

    await person.post("/drafts/discard", form_key=form_key[1])

    assert f'href="{RATE}"' in listed.text
    assert "Because of" not in listed.text
    assert "You have no drafts" in (await person.get("/drafts")).text


async def test_nul_is_shown_as_a_mark_and_loses_nothing_beside_it(world: World) -> None:
    person = await world.sign_in()

    page = await _written(person, rationale="before\0after")

    assert "before\N{SYMBOL FOR NULL}after" in page.text


async def test_too_much_text_is_refused_with_what_to_do(world: World) -> None:
    person = await world.sign_in()

    answer = await person.post(RATE, then="check", rating="red", rationale="x" * 1_100_000)

    assert answer.status_code == 413
    assert "This is too long" in answer.text


async def test_a_token_that_ended_while_somebody_checked_leads_through_sign_in_back_to_the_check(world: World) -> None:
    person = await world.sign_in()
    key = await _key(person)
    world.services.answers["POST", RATING] = lambda _: problem(401, "unauthenticated", "Sign in")

    ended = await person.post(f"{RATE}/check", form_key=key)
    again = await world.sign_in()
    world.services.answers["POST", RATING] = {}
    sent = await again.post(f"{RATE}/check", form_key=key)

    assert ended.headers["location"] == f"/sign-in?to={RATE}/check"
    assert sent.headers["location"] == f"/cases/{CASE_ID}?done=rate"
    assert {one.headers["idempotency-key"] for one in world.services.sent(RATING)} == {key}


async def test_a_check_that_comes_after_the_time_out_is_not_sent_and_is_shown_again(world: World) -> None:
    person = await world.sign_in()
    key = await _key(person)
    world.clock.advance(timedelta(minutes=21))

    late = await person.post(f"{RATE}/check", form_key=key)

    assert late.headers["location"] == f"/sign-in?to={RATE}/check"
    assert world.services.sent(RATING) == []
    assert SHOWN in (await (await world.sign_in()).get(f"{RATE}/check")).text


async def test_without_the_clients_database_what_was_written_stands_in_the_page_and_is_sent_from_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await world.sign_in()
    fields: dict[str, Any] = {"rating": "red", "rationale": f"{WORDS}\nA second line.", "seen_version": '"3"'}
    with monkeypatch.context() as away:
        away.setattr(Database, "transaction", _nowhere)
        page = await person.post(RATE, then="check", **fields)
        listed = await person.get("/drafts")
    form = _form_of(page.text)

    again = await person.post(RATE, **form)

    assert (page.status_code, listed.status_code) == (503, 503)
    assert "Nothing is lost" in page.text
    assert f'<div class="fd-words" dir="auto">{SHOWN}\nA second line.</div>' in page.text
    assert form["rationale"] == fields["rationale"]
    assert again.headers["location"] == f"{RATE}/check"
    assert SHOWN in (await person.get(f"{RATE}/check")).text


async def test_a_form_that_is_not_ours_is_not_repeated_by_any_page(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await world.sign_in()
    monkeypatch.setattr(Database, "transaction", _nowhere)

    page = await person.post(RATE, csrf="forged", rationale="Planted words")

    assert page.status_code == 503
    assert "Planted" not in page.text


@asynccontextmanager
async def _nowhere(_: Database) -> AsyncIterator[None]:
    raise DatabaseUnavailable
    yield


def _form_of(page: str) -> dict[str, Any]:
    """The hidden fields of the page's own form, as a browser sends them."""
    form = page.partition("<main")[2].partition("<form")[2].partition("</form>")[0]
    return {name: unescape(value) for name, value in _HIDDEN.findall(form)}
