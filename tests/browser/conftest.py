"""A browser for the tests that drive the web client."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from local_stack.stack import Stack
from tests.browser.reader import Reader
from tests.e2e.people import People

CALL_SECONDS = 15.0
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first does the same with a third less work: there is no window around its pages."""
PAGE_MILLISECONDS = 20_000
FEATURES_OFF = (
    # Two pages of Chromium's own behind the address bar of every window: more work than the pages that we look at.
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup"),
    # Those that Playwright switches off; the last such switch is the one that holds.
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades", "AimEnabled"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding", "PreconnectToSearch"),
    *("AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "NetworkTimeServiceQuerying"),
    "ThirdPartyStoragePartitioning",
)

_FEW_RENDERERS = "--renderer-process-limit=1"
"""A process for each page that might come next is made and thrown away otherwise, at every step."""

NewReader = Callable[..., Awaitable[Reader]]


@asynccontextmanager
async def launched(*arguments: str) -> AsyncIterator[Browser]:
    """The Chromium of this machine."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.fail("These tests need Chromium. On Debian: sudo apt-get install -y chromium-headless-shell")
    async with async_playwright() as playwright:
        off = f"--disable-features={','.join(FEATURES_OFF)}"
        switches = ("--no-sandbox", off, _FEW_RENDERERS, *arguments)
        browser = await playwright.chromium.launch(executable_path=found, args=switches)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One for all tests; each reader in it is alone."""
    async with launched() as browser:
        yield browser


@pytest_asyncio.fixture
async def new_reader(browser: Browser, stack: Stack) -> AsyncIterator[NewReader]:
    """Makes a person at a browser of their own; signed in when a name is given."""
    readers: list[Reader] = []

    async def make(name: str | None = None, *, to: str = "/", scripts: bool = True) -> Reader:
        reader = await Reader.at(browser, stack, scripts=scripts)
        reader.page.set_default_timeout(PAGE_MILLISECONDS)
        readers.append(reader)
        if name is not None:
            await reader.sign_in(name, to)
        return reader

    yield make
    for reader in readers:
        await reader.context.close()


@pytest_asyncio.fixture(scope="session")
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    """Connections of this run."""
    async with httpx2.AsyncClient(timeout=CALL_SECONDS, trust_env=False) as client:
        yield client


@pytest.fixture(scope="session")
def people(stack: Stack, http: httpx2.AsyncClient) -> People:
    """Everybody who can sign in, by the services' own APIs."""
    return People(stack, http)
