"""``GET …/receipt`` on a real database: a page to print that names nobody, loads nothing and is written down."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import pytest
from intake_caller import Caller, sent
from supplement_examples import news, withdrawal

from referral_intake.api.receipts import HTML, JSON, offered
from referral_intake.errors import NotOffered
from referral_intake.receipt_page import ReceiptText, page_of

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


class Page(HTMLParser):
    """What a page is made of, and whether its tags close in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag


async def test_a_receipt_says_what_the_sender_needs_and_names_nobody(caller: Caller) -> None:
    path = await sent(caller, child_voice={})

    receipt = await caller.get(f"{path}/receipt")

    assert receipt.status_code == 200
    said = receipt.json()
    assert said["reference"].startswith("WAN-")
    assert (said["status"], said["number_of_children"], said["edition"]) == ("received", 1, 1)
    assert "child-voice" in {item["item"] for item in said["missing_information"]}
    for word in ("Rowan", "Testerley", "Morgan", "Invented", "coat"):
        assert word not in receipt.text
    assert [look["type"] for look in await caller.looks()] == ["record.accessed.v1"]


async def test_a_browser_is_given_a_page_that_is_whole_and_needs_nothing_from_elsewhere(caller: Caller) -> None:
    path = await sent(caller)

    receipt = await caller.get(f"{path}/receipt", headers={"Accept": BROWSER})

    assert receipt.headers["content-type"] == "text/html; charset=utf-8"
    page = Page(receipt.text)
    assert page.opened == []
    assert page.tags.count("h1") == page.tags.count("title") == page.tags.count("main") == 1
    assert ("lang", "en-GB") in page.attributes
    assert not {"script", "img", "link", "iframe", "form"} & set(page.tags)
    assert not {"src", "href", "style", "onload"} & {name for name, _ in page.attributes}
    for word in ("Rowan", "Testerley", "Morgan", "Invented", "coat"):
        assert word not in receipt.text


async def test_a_page_that_a_web_client_asks_for_leads_back_to_the_referral(caller: Caller) -> None:
    path = await sent(caller)

    receipt = await caller.get(f"{path}/receipt?leads_back=true", headers={"Accept": BROWSER})

    leads_to = [to for name, to in Page(receipt.text).attributes if name == "href"]
    assert leads_to == [f"../{path.rsplit('/', 1)[-1]}", "../../referrals"]


async def test_the_pages_policy_lets_its_own_style_in_and_nothing_else(caller: Caller) -> None:
    path = await sent(caller)

    receipt = await caller.get(f"{path}/receipt", headers={"Accept": "text/html"})

    [style] = re.findall("<style>(.*?)</style>", receipt.text, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = receipt.headers["content-security-policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert receipt.headers["vary"] == "Accept"
    assert receipt.headers["cache-control"] == "no-store"


async def test_a_receipt_tells_of_what_was_added_and_taken_back(caller: Caller) -> None:
    path = await sent(caller, immediate_danger=True)
    await caller.add(path, news())
    await caller.withdraw(path, withdrawal())

    receipt = (await caller.get(f"{path}/receipt")).json()
    page = (await caller.get(f"{path}/receipt", headers={"Accept": "text/html"})).text

    assert receipt["edition"] == 3
    assert receipt["emergency_advice"].startswith("Call 999 now")
    assert receipt["what_happens_next"][0].startswith("You have taken this referral back")
    assert "Call 999 now" in page
    assert "You have taken this referral back" in page


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"agency": "metropolitan-police"}, "relationship"),
        ({"partnership": "warwickshire"}, "partnership"),
        ({"roles": ["social-worker"]}, "role"),
    ],
)
async def test_nobody_else_is_given_one(caller: Caller, claims: Any, reason: str) -> None:
    path = await sent(caller)

    refused = await caller.get(f"{path}/receipt", **claims)

    assert refused.status_code == 404
    assert [look["reason"] for look in await caller.looks()] == [reason]


async def test_a_format_that_there_is_not_is_refused_before_anything_is_looked_at(caller: Caller) -> None:
    path = await sent(caller)

    refused = await caller.get(f"{path}/receipt", headers={"Accept": "application/pdf"})

    assert refused.status_code == 406
    assert await caller.looks() == []


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/json", JSON),
        ("application/*", JSON),
        ("text/html", HTML),
        ("text/*", HTML),
        (BROWSER, HTML),
        ("TEXT/HTML;Q=0.5, application/json;q=0.4", HTML),
        ("text/html;q=0.5, application/json", JSON),
        ("text/html;q=0, */*", JSON),
        ("application/json;q=0, */*;q=0.1", HTML),
        ("text/html; charset=utf-8", HTML),
        ("text/html;q=nan, application/json;q=0.1", JSON),
    ],
)
def test_the_kind_that_is_wanted_most_is_given(accept: str, kind: str) -> None:
    assert offered(accept) == kind


@pytest.mark.parametrize("accept", ["image/png", "application/pdf, text/plain", "*/*;q=0", "nonsense", "text/html;q=x"])
def test_what_there_is_not_is_not_offered(accept: str) -> None:
    with pytest.raises(NotOffered):
        offered(accept)


def test_whatever_a_page_is_made_of_is_text() -> None:
    tag = "<script>alert(1)</script>"
    text = ReceiptText(tag, [(tag, tag)], [tag], [tag], tag)

    page = Page(page_of(text).decode())

    assert "script" not in page.tags
