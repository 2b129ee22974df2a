"""What is looked for on every page is found where it is, and remembering colours makes no difference to it."""

from collections.abc import AsyncIterator
from typing import Any, Final

import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browser import axe

GREY: Final = "<p style='color: #999'>Hard to read</p>"
COLOURS: Final = (
    "#767676", "#777777", "rgb(120 120 120)", "rgba(0, 0, 0, 0.4)", "rgba(0, 0, 0, 0.6)", "transparent", "orange",
    "oklch(0.6 0.1 200)", "color(display-p3 0.5 0.5 0.5)", "hsl(0.5turn 50% 50%)",
)  # fmt: skip
_ALL: Final = "() => axe.run({resultTypes: ['violations', 'passes', 'incomplete']})"
_SAID: Final = ("violations", "passes", "incomplete")


@pytest_asyncio.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page with axe at hand."""
    context = await browser.new_context()
    await axe.bring(context)
    page = await context.new_page()
    await page.goto("about:blank")
    yield page
    await context.close()


def _document(body: str) -> str:
    return f"<!doctype html><html lang=en><title>A page</title><main><h1>A page</h1>{body}</main></html>"


async def test_every_text_that_is_hard_to_read_is_found_each_time(page: Page) -> None:
    await page.set_content(_document(f"{GREY}{GREY}<p>Easy to read</p>"))

    for _ in range(2):
        (found,) = await axe.violations(page)
        assert found["id"] == "color-contrast"
        assert [node["html"] for node in found["nodes"]] == ['<p style="color: #999">Hard to read</p>'] * 2


async def test_the_same_is_found_as_by_axe_itself(page: Page) -> None:
    texts = (f"<p style='color: {one}; background: {two}'>Text</p>" for one in COLOURS for two in COLOURS)
    await page.set_content(_document("".join(texts) + "<img src=x><input>"))
    await axe.violations(page)
    ours = await page.evaluate(_ALL)
    await page.evaluate(axe.SCRIPT)
    theirs = await page.evaluate(_ALL)

    assert _told(ours) == _told(theirs)
    assert {"color-contrast", "image-alt", "label"} <= {one["id"] for one in theirs["violations"]}


def _told(result: dict[str, Any]) -> dict[str, Any]:
    """Everything but the time."""
    return {kind: result[kind] for kind in _SAID}
