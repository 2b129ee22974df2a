"""The queue: filters are remembered, cases are claimed and given by POST, and the list stays where it was."""

import json
import re
from typing import Final
from uuid import uuid4

import httpx2
import pytest
from ui_answers import CASE_ID, MANAGER, REFERENCE, queue_line, queue_page, worker
from ui_world import World, problem

THIS: Final = f"{CASE_ID}:3:{REFERENCE}"
HERE: Final = "/queue?rating=red&cursor=abc"
CLAIM: Final = f"/v1/cases/{CASE_ID}/claim"


@pytest.fixture
def full(world: World) -> World:
    """A queue with one case and one colleague."""
    world.services.answers["GET", "/v1/cases"] = queue_page(queue_line())
    world.services.answers["GET", "/v1/workers"] = {"workers": [worker()]}
    return world


async def test_what_somebody_chose_is_chosen_again_until_they_clear_it(full: World) -> None:
    person, other = await full.sign_in(), await full.sign_in(subject=MANAGER, roles=("mash-manager",))
    await person.get("/queue?rating=red&assigned=me")

    again, others = await person.get("/queue"), await other.get("/queue")
    await person.get("/queue?all=yes")
    cleared = await person.get("/queue")

    assert (again.status_code, again.headers.get("location")) == (303, "/queue?rating=red&assigned=me")
    assert (others.status_code, cleared.status_code) == (200, 200)


async def test_the_way_back_from_a_case_leads_to_the_same_page_and_the_menu_to_the_first(full: World) -> None:
    person = await full.sign_in()
    await person.get("/queue?rating=red&cursor=abc")

    back, menu = await person.get("/queue?back=yes"), await person.get("/queue")

    assert back.headers["location"] == "/queue?rating=red&cursor=abc"
    assert menu.headers["location"] == "/queue?rating=red"


async def test_every_filter_shows_its_counts_and_every_choice_a_way_out(full: World) -> None:
    page = (await (await full.sign_in()).get("/queue?rating=red&due=overdue")).text

    for said in ("Red (3)", "Me (2)", "Rating: red", 'href="/queue?due=overdue"', 'href="/queue?rating=red"'):
        assert said in page


@pytest.mark.parametrize("query", ["rating=<script>", "cursor=%22%3E", "status=none", "rating=" + "x" * 500])
async def test_what_is_no_code_is_not_asked_for(full: World, query: str) -> None:
    answer = await (await full.sign_in()).get(f"/queue?{query}")

    assert answer.status_code == 200
    (asked,) = [one for one in full.services.asked if one.url.path == "/v1/cases"]
    assert dict(asked.url.params) == {"limit": "25"}


async def test_a_claim_leads_back_to_the_same_page_and_row(full: World) -> None:
    person = await full.sign_in()
    full.services.answers["POST", CLAIM] = {}

    claimed = await person.post("/queue/claim-one", one=THIS, back=HERE, form_key=str(uuid4()))

    assert claimed.headers["location"] == f"{HERE}&done=claimed#case-{REFERENCE}"
    (command,) = full.services.sent(CLAIM)
    assert command.headers["if-match"] == '"3"'


async def test_the_same_click_twice_has_the_same_key_and_another_page_another(full: World) -> None:
    person, form_key = await full.sign_in(), str(uuid4())
    full.services.answers["POST", CLAIM] = {}
    for key in (form_key, form_key, str(uuid4())):
        await person.post("/queue/claim-one", one=THIS, back=HERE, form_key=key)

    first, again, other = [one.headers["idempotency-key"] for one in full.services.sent(CLAIM)]

    assert first == again != other


async def test_a_race_that_was_lost_says_so_in_the_services_words(full: World) -> None:
    person = await full.sign_in()
    full.services.answers["POST", CLAIM] = lambda _: problem(409, "already-claimed", "Somebody else has this case")

    lost = await person.post("/queue/claim-one", one=THIS, back=HERE, form_key=str(uuid4()))

    assert lost.status_code == 409
    assert "Somebody else has this case" in lost.text
    assert 'href="/queue?rating=red&amp;cursor=abc"' in lost.text


async def test_many_cases_are_given_at_once_with_a_result_for_each(full: World) -> None:
    person, second = await full.sign_in(), str(uuid4())
    refused = {"type": "t", "title": "The case has changed since you opened it", "status": 412}
    results = [
        {"case_id": CASE_ID, "assignment": None, "problem": None},
        {"case_id": second, "assignment": None, "problem": refused},
    ]
    full.services.answers["POST", "/v1/assignments"] = {"assigned": 1, "refused": 1, "results": results}

    form_key = str(uuid4())
    given = await person.post(
        "/queue/assign", case=[THIS, f"{second}:7:WAN-2222-2222"], worker=MANAGER, back=HERE, form_key=form_key
    )

    assert given.status_code == 200
    assert re.search(rf"<strong>{REFERENCE}</strong>: given", given.text)
    assert "<strong>WAN-2222-2222</strong>: not changed. The case has changed since you opened it" in given.text
    (command,) = full.services.sent("/v1/assignments")
    assert command.headers["idempotency-key"] == form_key
    assert json.loads(command.content) == {
        "worker": MANAGER,
        "cases": [{"case_id": CASE_ID, "version": 3}, {"case_id": second, "version": 7}],
    }


@pytest.mark.parametrize(("role", "offered"), [("social-worker", False), ("mash-manager", True)])
async def test_only_those_who_may_give_cases_are_offered_to(full: World, role: str, offered: bool) -> None:
    page = (await (await full.sign_in(roles=(role,))).get("/queue?all=yes")).text

    assert REFERENCE in page
    assert ("Give the chosen cases to" in page) is offered
    assert (f"Choose {REFERENCE}" in page) is offered


async def test_giving_nothing_or_to_nobody_named_changes_nothing_and_says_what_to_do(full: World) -> None:
    person = await full.sign_in()

    nothing = await person.post("/queue/assign", worker=MANAGER, back=HERE, form_key=str(uuid4()))
    no_one = await person.post("/queue/assign", case=THIS, worker="", back=HERE, form_key=str(uuid4()))

    assert "Choose at least one case" in nothing.text
    assert "Choose whom to give the cases to" in no_one.text
    assert full.services.sent("/v1/assignments") == []


async def test_a_way_back_to_another_site_leads_to_the_first_page(full: World) -> None:
    person = await full.sign_in()
    full.services.answers["POST", CLAIM] = {}

    answer = await person.post("/queue/claim-one", one=THIS, back="//evil.example.org", form_key=str(uuid4()))

    assert answer.headers["location"].startswith("/?done=")


@pytest.mark.parametrize("value", ["", "x", f"{CASE_ID}:3", f"{CASE_ID}:3:<script>", f"{'-' * 36}:3:WAN"])
async def test_a_case_that_no_page_of_ours_names_is_refused(full: World, value: str) -> None:
    person = await full.sign_in()

    answer = await person.post("/queue/claim-one", one=value, back=HERE, form_key=str(uuid4()))

    assert (answer.status_code, full.services.sent(CLAIM)) == (403, [])


async def test_the_live_feed_is_passed_on_and_lengthens_no_session(full: World) -> None:
    person = await full.sign_in()
    events = b'event: changed\ndata: {"case_id":"1"}\n\n: nothing new\n\n'
    full.services.answers["GET", "/v1/queue/changes"] = lambda _: httpx2.Response(
        200, content=events, headers={"content-type": "text/event-stream"}
    )
    before = (await person.get("/session")).json()["seconds_left"]

    fed = await person.get("/queue/changes")

    assert fed.headers["content-type"].startswith("text/event-stream")
    assert 'event: changed\ndata: {"case_id":"1"}\n\n' in fed.text
    assert (await person.get("/session")).json()["seconds_left"] == before


async def test_a_feed_that_is_away_ends_quietly(full: World) -> None:
    full.services.away = {"triage"}

    fed = await (await full.sign_in()).get("/queue/changes")

    assert (fed.status_code, fed.text) == (200, "")
