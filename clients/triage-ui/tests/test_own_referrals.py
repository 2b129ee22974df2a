"""An agency's own referrals: what waits for it, what it adds, and nothing of anybody else's."""

import json
import re
from typing import Any, Final

import httpx2
import pytest
from sender_answers import open_question, own_line, own_referral, question
from ui_answers import AT, QUESTION_ID, REFERENCE, REFERRAL_ID, REQUEST_ID
from ui_world import SignedInBrowser, World, problem

PATH: Final = f"/v1/referrals/{REFERRAL_ID}"
HOME: Final = f"/referrals/{REFERRAL_ID}"
ANSWER: Final = f"{HOME}/questions/{QUESTION_ID}/answer"
WORDS: Final = "His <b>aunt</b> \N{CHILD} अनुष्का \N{RIGHT-TO-LEFT OVERRIDE}x"
SHOWN: Final = "His &lt;b&gt;aunt&lt;/b&gt; \N{CHILD} अनुष्का \N{RIGHT-TO-LEFT OVERRIDE}x"
SAID_BY: Final = {"name": "Ama O'Brien"}
FORM_KEY: Final = re.compile(r'name="form_key" value="([0-9a-f-]{36})"')


@pytest.fixture
async def lead(world: World) -> SignedInBrowser:
    asked = {"questions": [open_question()], "next": None}
    waiting = {
        "request_id": REQUEST_ID,
        "reference": "WAN-0000-0001",
        "requested_at": AT,
        "due_at": AT,
        "answered_at": None,
        "withdrawn_at": None,
        "overdue": True,
    }
    answered = {**waiting, "reference": "WAN-0000-0002", "answered_at": AT}
    world.services.answers |= {
        ("GET", "/v1/referrals"): {"referrals": [own_line()], "next": "a.cursor+"},
        ("GET", PATH): own_referral(),
        ("GET", f"/v1/questions/{QUESTION_ID}"): question(),
        ("GET", "/v1/questions"): asked,
        ("GET", "/v1/information-requests"): {"requests": [waiting, answered], "next": None},
        ("GET", "/v1/notices"): {"notices": [], "next": None},
        ("POST", f"{PATH}/supplements"): lambda _: httpx2.Response(202, json={}),
        ("POST", f"{PATH}/withdrawal"): lambda _: httpx2.Response(202, json={}),
    }
    return await world.sign_in_lead()


async def _send(person: SignedInBrowser, path: str, **fields: Any) -> tuple[httpx2.Response, httpx2.Response]:
    """The page to check it, and what sending leads to."""
    await person.post(path, then="check", **fields)
    checked = await person.get(f"{path}/check")
    found = FORM_KEY.search(checked.text)
    assert found is not None, checked.text
    return checked, await person.post(f"{path}/check", form_key=found[1])


def _given(world: World, path: str) -> dict[str, Any]:
    (command,) = world.services.sent(path)
    assert re.fullmatch("[0-9a-f-]{36}", command.headers["idempotency-key"])
    body: dict[str, Any] = json.loads(command.content)
    return body


async def test_the_first_page_says_what_the_agency_must_do_next(lead: SignedInBrowser) -> None:
    page = (await lead.get("/")).text

    assert f'href="{ANSWER}"' in page
    assert f'href="/requests/{REQUEST_ID}"' in page
    assert "WAN-0000-0002" not in page


async def test_the_list_says_how_far_each_has_come_and_pages_on(lead: SignedInBrowser) -> None:
    page = (await lead.get("/referrals")).text

    for said in (f'href="{HOME}"', REFERENCE, "1 question for you", "We need something from you."):
        assert said in page
    assert 'href="/referrals?after=a.cursor%2B"' in page


async def test_only_those_with_a_question_are_asked_for(world: World, lead: SignedInBrowser) -> None:
    await lead.get("/referrals?asked=yes&after=a.cursor")

    (listed,) = [one for one in world.services.asked if one.url.path == "/v1/referrals"]
    assert dict(listed.url.params) == {"limit": "50", "cursor": "a.cursor", "question": "open"}


async def test_a_referral_says_what_waits_what_is_missing_and_what_happened(lead: SignedInBrowser) -> None:
    page = (await lead.get(HOME)).text

    for said in ("asks you something", "NHS number", "Not decided yet", "The front door team opened it"):
        assert said in page
    for path in (ANSWER, f"{HOME}/add", f"{HOME}/add-child", f"{HOME}/withdraw", f"{HOME}/receipt"):
        assert f'href="{path}"' in page


async def test_one_that_was_withdrawn_or_destroyed_offers_nothing_that_cannot_be_done(
    world: World, lead: SignedInBrowser
) -> None:
    taken_back = {"edition": 2, "reason": "wrong-child", "withdrawn_at": AT, "text": "Nothing was removed."}
    world.services.answers["GET", PATH] = own_referral(withdrawal=taken_back)
    withdrawn = (await lead.get(HOME)).text
    world.services.answers["GET", PATH] = own_referral(content_destroyed_at=AT)
    destroyed = (await lead.get(HOME)).text

    assert f'href="{HOME}/withdraw"' not in withdrawn
    assert "it is about the wrong child. Nothing was removed." in withdrawn
    assert f'href="{HOME}/add"' not in destroyed
    assert "What you sent was destroyed" in destroyed


async def test_a_question_is_shown_and_answered_once_for_the_agency_of_the_token(
    world: World, lead: SignedInBrowser
) -> None:
    form = (await lead.get(ANSWER)).text
    checked, sent = await _send(lead, ANSWER, immediate_danger="no", words=WORDS)

    assert "Who collects Rowan? &lt;i&gt;Every&lt;/i&gt; day?" in form
    assert "checked" not in form
    assert SHOWN in checked.text
    assert sent.headers["location"] == f"{HOME}?done=answer-question"
    assert "Your answer is with the front door team." in (await lead.get(sent.headers["location"])).text
    assert _given(world, f"{PATH}/supplements") == {
        "kind": "answer",
        "question_id": QUESTION_ID,
        "words": WORDS,
        "referrer": SAID_BY,
        "immediate_danger": False,
    }


async def test_news_is_added_and_danger_is_said_only_when_it_was_chosen(world: World, lead: SignedInBrowser) -> None:
    _, sent = await _send(lead, f"{HOME}/add", words=WORDS, child_words="I am cold.")

    assert sent.headers["location"] == f"{HOME}?done=add-to-referral"
    assert _given(world, f"{PATH}/supplements") == {
        "kind": "new-information",
        "referrer": SAID_BY,
        "words": WORDS,
        "child_voice": {"words": "I am cold."},
    }


async def test_a_child_is_added_with_what_was_written_and_nothing_else(world: World, lead: SignedInBrowser) -> None:
    born = {"birth-day": "30", "birth-month": "9", "birth-year": "2021"}
    await _send(
        lead, f"{HOME}/add-child", first_name="Wren", address="7 Invented Lane\n", immediate_danger="yes", **born
    )

    assert _given(world, f"{PATH}/supplements") == {
        "kind": "new-child",
        "referrer": SAID_BY,
        "immediate_danger": True,
        "children": [
            {"first_name": "Wren", "date_of_birth": "2021-09-30", "addresses": [{"lines": ["7 Invented Lane"]}]}
        ],
    }


async def test_a_referral_is_withdrawn_for_a_reason_that_nobody_chose_before(
    world: World, lead: SignedInBrowser
) -> None:
    form = (await lead.get(f"{HOME}/withdraw")).text
    _, sent = await _send(lead, f"{HOME}/withdraw", reason="wrong-child", words=WORDS)

    assert "checked" not in form
    assert sent.headers["location"] == f"{HOME}?done=withdraw-referral"
    assert _given(world, f"{PATH}/withdrawal") == {"reason": "wrong-child", "referrer": SAID_BY, "words": WORDS}


@pytest.mark.parametrize(
    ("path", "advice"),
    [
        (f"{HOME}/add", "Write what is new"),
        (f"{HOME}/add-child", "Write the child&#39;s name, or describe the child"),
        (f"{HOME}/withdraw", "Choose why you withdraw the referral"),
        (ANSWER, "Write your answer"),
    ],
)
async def test_what_is_not_filled_in_is_named_and_nothing_is_sent(
    world: World, lead: SignedInBrowser, path: str, advice: str
) -> None:
    await lead.post(path, then="check")

    page = (await lead.get(f"{path}/check")).text

    assert advice in page
    assert "<title>Error: " in page
    assert [one for one in world.services.asked if one.method == "POST"] == []


async def test_what_intake_refuses_is_said_with_everything_still_there(world: World, lead: SignedInBrowser) -> None:
    errors = [{"pointer": "/children/0/addresses", "detail": "Add something to find the child by."}]
    world.services.answers["POST", f"{PATH}/supplements"] = lambda _: problem(
        422, "supplement-refused", "Tell us a little more", errors=errors
    )

    _, refused = await _send(lead, f"{HOME}/add-child", first_name="Wren")

    assert refused.status_code == 422
    for said in ("Add something to find the child by.", "Wren", "Nothing was sent."):
        assert said in refused.text


async def test_a_notice_about_a_question_leads_to_its_answer(lead: SignedInBrowser) -> None:
    assert (await lead.get(f"/questions/{QUESTION_ID}")).headers["location"] == ANSWER


async def test_the_receipt_is_intakes_page_under_intakes_policy(world: World, lead: SignedInBrowser) -> None:
    def printed(request: httpx2.Request) -> httpx2.Response:
        assert request.headers["accept"] == "text/html"
        policy = {"Content-Security-Policy": "default-src 'none'; style-src 'sha256-x'"}
        return httpx2.Response(200, html="<!doctype html><h1>Receipt</h1>", headers=policy)

    world.services.answers["GET", f"{PATH}/receipt"] = printed

    page = await lead.get(f"{HOME}/receipt")

    assert "<h1>Receipt</h1>" in page.text
    assert page.headers.get_list("content-security-policy") == ["default-src 'none'; style-src 'sha256-x'"]
    assert page.headers["cache-control"] == "no-store"


async def test_a_receipt_without_a_policy_of_its_own_is_not_shown(world: World, lead: SignedInBrowser) -> None:
    world.services.answers["GET", f"{PATH}/receipt"] = lambda _: httpx2.Response(200, html="<script></script>")

    assert (await lead.get(f"{HOME}/receipt")).status_code == 503


@pytest.mark.parametrize("page", ["", "/add", "/add-child", "/withdraw", "/receipt"])
async def test_another_agencys_referral_is_none(world: World, lead: SignedInBrowser, page: str) -> None:
    for path in (PATH, f"{PATH}/receipt"):
        world.services.answers["GET", path] = lambda _: problem(404, "no-such-referral", "There is no referral")

    answer = await lead.get(f"{HOME}{page}")

    assert answer.status_code == 404
    assert REFERENCE not in answer.text
