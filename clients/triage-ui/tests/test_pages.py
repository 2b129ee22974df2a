"""Pages: who sees them, what they say first, and what they never say."""

from datetime import timedelta
from typing import Any, Final

import httpx2
import pytest
from ui_answers import (
    AT,
    CASE_ID,
    REFERENCE,
    REFERRAL_ID,
    REQUEST_ID,
    queue_line,
    queue_page,
    request_view,
    worker,
)
from ui_world import HOME, TOKEN, World, problem

CASE: Final = f"/cases/{CASE_ID}"
PAGES: Final = ("/", "/queue", CASE, f"{CASE}/document", f"{CASE}/rate", "/drafts", "/inbox", "/nowhere")


def _queue(world: World, *lines: dict[str, Any], **changed: Any) -> None:
    world.services.answers["GET", "/v1/cases"] = queue_page(*lines, **changed)
    world.services.answers["GET", "/v1/workers"] = {"workers": [worker()]}


async def test_somebody_who_is_not_signed_in_is_sent_to_sign_in_and_back(world: World) -> None:
    async with world.visitor() as http:
        answer = await http.get(f"{CASE}/document?edition=2")

    assert answer.status_code == 303
    assert answer.headers["location"] == f"/sign-in?to=/cases/{CASE_ID}/document%3Fedition%3D2"


async def test_a_cookie_from_before_the_sign_in_proves_nothing(world: World) -> None:
    async with world.visitor() as http:
        answer = await http.get("/queue", headers={"cookie": "__Host-frontdoor=chosen-by-somebody-else"})

    assert answer.headers["location"] == "/sign-in?to=/queue"


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_has_the_headers_that_keep_it_where_it_belongs(world: World, path: str) -> None:
    _queue(world, queue_line())
    answer = await (await world.sign_in()).get(path)

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "'unsafe-inline'" not in policy
    for rule in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert rule in policy
    nonce = policy.partition("'nonce-")[2].partition("'")[0]
    assert f'nonce="{nonce}"' in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert TOKEN not in answer.text


async def test_the_queue_says_time_in_words_and_as_a_moment_and_who_has_not_answered(world: World) -> None:
    _queue(world, queue_line(), next="a.cursor")

    page = await (await world.sign_in()).get("/queue?rating=red")

    for said in (
        REFERENCE,
        "1 hour 1 minute late",
        "was due Mon 30 Nov 2026 at 5pm",
        "1 of 2 requests not answered: Metropolitan Police Service",
        "A recommendation for a child",
        "Red (3)",
        "2 children to decide",
        "Danger now",
        "The sender added information",
        "Clear filters",
        'href="/queue?rating=red&amp;cursor=a.cursor"',
    ):
        assert said in page.text
    (asked,) = [one for one in world.services.asked if one.url.path == "/v1/cases"]
    assert dict(asked.url.params) == {"rating": "red", "limit": "25"}


async def test_an_empty_queue_says_which_filter_made_it_empty(world: World) -> None:
    _queue(world)
    person = await world.sign_in()

    filtered, whole = await person.get("/queue?rating=blue"), await person.get("/queue?all=yes")

    assert "No case fits these filters." in filtered.text
    assert "No open case waits for your team." in whole.text


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (404, "Page not found"),
        (403, "You cannot do this"),
        (409, "This cannot be done now"),
        (503, "Nothing is lost"),
        (500, "Nothing is lost"),
    ],
)
async def test_what_goes_wrong_is_a_page_with_a_next_step(world: World, status: int, said: str) -> None:
    world.services.answers["GET", f"/v1/cases/{CASE_ID}"] = lambda _: problem(status, "some-slug", "Some title")

    page = await (await world.sign_in()).get(CASE)

    assert page.status_code == (503 if status >= 500 else status)
    assert said in page.text
    assert "Go to the first page" in page.text


@pytest.mark.parametrize("path", ["/cases/not-a-number", "/cases/1/rate", "/requests/x", "/handovers/%00", "/%00"])
async def test_an_address_that_is_none_leads_to_a_plain_page(world: World, path: str) -> None:
    page = await (await world.sign_in()).get(path)

    assert page.status_code == 404
    assert "Page not found" in page.text


async def test_the_log_and_the_page_of_a_fault_say_nothing_of_it(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: httpx2.Request) -> httpx2.Response:
        raise RuntimeError("Rowan Testerley")

    world.services.answers["GET", f"/v1/cases/{CASE_ID}"] = fail

    page = await (await world.sign_in()).get(CASE)

    assert page.status_code == 500
    said = capsys.readouterr()
    assert "Rowan" not in page.text + said.out + said.err
    assert "RuntimeError" in said.out


@pytest.mark.parametrize(
    "site",
    [
        {},
        {"sec-fetch-site": "cross-site", "origin": "https://evil.example.org"},
        {"sec-fetch-site": "same-site", "origin": HOME},
        {"sec-fetch-site": "none"},
        {"origin": "https://evil.example.org"},
    ],
)
async def test_a_form_from_another_site_does_nothing(world: World, site: dict[str, str]) -> None:
    person = await world.sign_in()

    answer = await person.post("/sign-out", site=site)

    assert answer.status_code == 403
    assert "We did not accept this form" in answer.text
    assert (await person.get("/drafts")).status_code == 200


@pytest.mark.parametrize("csrf", ["", "0" * 64, "é"])
async def test_a_form_with_another_token_does_nothing(world: World, csrf: str) -> None:
    person = await world.sign_in()

    assert (await person.post("/sign-out", csrf=csrf)).status_code == 403


async def test_asking_for_the_time_left_does_not_lengthen_it_and_saying_so_does(world: World) -> None:
    person = await world.sign_in()
    world.clock.advance(timedelta(minutes=15))

    asked = [(await person.get("/session")).json()["seconds_left"] for _ in range(2)]
    stayed = (await person.post("/session")).json()["seconds_left"]

    assert asked == [300, 300]
    assert stayed == 1200


async def test_a_session_that_was_left_unused_shows_nothing_more(world: World) -> None:
    person = await world.sign_in()
    world.clock.advance(timedelta(minutes=20))

    answer = await person.get(CASE)

    assert answer.headers["location"] == f"/sign-in?to=/cases/{CASE_ID}"
    assert (await person.get("/session")).json() == {"seconds_left": 0}


async def test_a_token_that_the_service_does_not_believe_any_more_leads_to_sign_in(world: World) -> None:
    world.services.answers["GET", f"/v1/cases/{CASE_ID}"] = lambda _: problem(401, "unauthenticated", "Sign in")

    answer = await (await world.sign_in()).get(CASE)

    assert answer.headers["location"] == f"/sign-in?to=/cases/{CASE_ID}"


async def test_an_agency_reads_its_own_request_without_saying_what_for(world: World) -> None:
    world.services.answers["GET", f"/v1/information-requests/{REQUEST_ID}"] = request_view()

    page = await (await world.sign_in(roles=("agency-representative",))).get(f"/requests/{REQUEST_ID}")

    assert "What do you know of Rowan Testerley?" in page.text
    assert f'href="/requests/{REQUEST_ID}/answer"' in page.text
    assert "access-purpose" not in world.services.asked[-1].headers


async def test_every_link_of_every_page_leads_somewhere(world: World) -> None:
    """A link to a page that is not there yet would be a dead end."""
    _queue(world, queue_line())
    world.services.answers["GET", f"/v1/information-requests/{REQUEST_ID}"] = request_view()
    world.services.answers["GET", "/v1/notices"] = {"notices": [], "next": None}
    edition = {"edition": 1, "made_by": "received", "made_at": AT, "agency": "ashcroft-primary"}
    world.services.answers["GET", f"/v1/referrals/{REFERRAL_ID}/document/editions"] = {"editions": [edition]}
    person = await world.sign_in()
    pages = [(await person.get(path)).text for path in PAGES]

    links = {part.partition('"')[0].partition("#")[0] for page in pages for part in page.split('href="')[1:]}

    assert len(links) > 10
    assert [link for link in links if link.startswith("/") and (await person.get(link)).status_code == 404] == []


async def test_health_is_told_to_anybody_and_nothing_else_is(world: World) -> None:
    async with world.visitor() as http:
        alive = await http.get("/health/live")
        asset = await http.get("/assets/unknown.css")

    assert alive.json()["status"] == "live"
    assert asset.status_code == 404
