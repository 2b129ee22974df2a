"""Somebody at a browser, who notices on every page what nobody should have to put up with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from local_stack.stack import Stack
from tests.browser import axe

Size = dict[str, int]
WIDE: Final[Size] = {"width": 1280, "height": 900}
NARROW: Final[Size] = {"width": 320, "height": 640}
ZOOMED: Final[Size] = {"width": 320, "height": 256}
"""1280 by 1024 at 400 %."""
_SIDEWAYS: Final = """() => [...document.querySelectorAll("*")].filter((one) => one.scrollWidth > one.clientWidth + 1
  && (one === document.documentElement || /auto|scroll/.test(getComputedStyle(one).overflowX)))
  .map((one) => `${one.tagName} ${one.className}: ${one.scrollWidth} in ${one.clientWidth}`)"""
"""What has to be scrolled sideways to be read whole."""


@dataclass
class Reader:
    """One person's browser. ``addresses`` are all that it asked for, ``referrers`` what it said where it came from."""

    context: BrowserContext
    page: Page
    stack: Stack
    home: str
    scripts: bool
    addresses: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    referrers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @classmethod
    async def at(cls, browser: Browser, stack: Stack, *, scripts: bool = True) -> "Reader":
        """A browser of one's own, with nothing in it."""
        context = await browser.new_context(viewport=WIDE, java_script_enabled=scripts, reduced_motion="reduce")  # type: ignore[arg-type]  # a TypedDict
        if scripts:
            await axe.bring(context)
        page = await context.new_page()
        reader = cls(context, page, stack, stack.addresses()["web_client"], scripts)
        page.on("request", reader._note)
        page.on("console", reader._complain)
        return reader

    async def sign_in(self, name: str, to: str = "/") -> None:
        """Open a page and sign in on the issuer's, as this person."""
        await self.page.goto(self.home + to)
        await self.prove(name)

    async def prove(self, name: str) -> None:
        """Give name and password on the issuer's page, which may know the name already."""
        asked_for_name = self.page.locator("#username:not([type=hidden])")
        if await asked_for_name.count() and await asked_for_name.is_editable():
            await asked_for_name.fill(name)
        await self.page.fill("#password", str(self.stack.sign_ins["staff"][name]["password"]))
        await self.page.click("[type=submit]")
        await self.page.wait_for_load_state()

    async def open(self, path: str) -> int:
        """Go to a path of the client; the status."""
        answer = await self.page.goto(self.home + path)
        assert answer is not None
        self.titles.append(await self.page.title())
        return answer.status

    async def follow(self, name: str) -> None:
        """Follow a link by its words."""
        await self.page.get_by_role("link", name=name).first.click()
        await self.page.wait_for_load_state()
        self.titles.append(await self.page.title())

    async def choose(self, *labels: str) -> None:
        """Choose radios and checkboxes by their words."""
        for label in labels:
            await self.page.get_by_label(label, exact=True).first.check()

    async def write(self, label: str, words: str) -> None:
        """Write into a box by its words."""
        await self.page.get_by_label(label, exact=True).fill(words)

    async def press(self, button: str) -> None:
        """Press a button by its words."""
        async with self.page.expect_navigation():
            await self.page.get_by_role("button", name=button, exact=True).click()
        await self.page.wait_for_load_state()
        self.titles.append(await self.page.title())

    async def heading(self) -> str:
        """The first heading of the page."""
        return (await self.page.locator("h1").first.inner_text()).strip()

    async def text(self) -> str:
        """All words of the page's main part."""
        return await self.page.locator("main").inner_text()

    async def path(self) -> str:
        """The path of the page."""
        return urlsplit(self.page.url).path

    async def finds_nothing_wrong(self) -> None:
        """axe finds nothing at 320 and 1280 px, and at no width or zoom has anything to be scrolled sideways."""
        assert self.complaints == []
        for size in (ZOOMED, NARROW, WIDE):
            await self.page.set_viewport_size(size)  # type: ignore[arg-type]  # a TypedDict
            sideways = await self.page.evaluate(_SIDEWAYS)
            assert sideways == [], f"{await self.path()} at {size}: {sideways}"
            if self.scripts and size is not ZOOMED:
                found = await axe.violations(self.page)
                assert _said(found) == [], f"{await self.path()} at {size['width']} px: {_said(found)}"

    def _note(self, request: Request) -> None:
        self.addresses.append(request.url)
        self.referrers.append(request.headers.get("referer", ""))

    def _complain(self, message: ConsoleMessage) -> None:
        """What the browser says of a page: a policy that was broken, a script that failed."""
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)


def _said(violations: Sequence[dict[str, Any]]) -> list[str]:
    return [f"{one['id']}: {[node['html'] for node in one['nodes']]}" for one in violations]
