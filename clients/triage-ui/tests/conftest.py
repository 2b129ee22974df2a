"""Fixtures of the client's tests: its migrated database, emptied for each test, and the client on it."""

import base64
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text

from chassis.db import Database
from chassis.run.provision import DatabaseUrls
from chassis.testing.kept import KeptDatabases
from chassis.testing.postgres import emptying

sys.path.insert(0, str(Path(__file__).parent))  # so that the tests here can share their builders

from referring_by_form import REFERRALS
from sender_answers import own_line, receipt
from ui_world import SignedInBrowser, World, made_world

from triage_ui.session.sealing import KEY_BYTES, Sealer

MakeDatabase = Callable[[str], Awaitable[DatabaseUrls]]


@pytest.fixture(scope="session")
async def urls(migrated_database: MakeDatabase) -> DatabaseUrls:
    return await migrated_database("triage_ui")


@pytest.fixture
async def emptied(urls: DatabaseUrls, kept: KeptDatabases) -> None:
    async with kept.of(urls.owner_url, "owner").statement() as tx:
        await tx.execute(text(emptying(("session", "sign_in", "draft", "queue_filter"))))


@pytest.fixture
def db(urls: DatabaseUrls, emptied: None, kept: KeptDatabases) -> Database:
    """As the serving role, which owns nothing."""
    return kept.of(urls.app_url, "test")


@pytest.fixture
def sealer() -> Sealer:
    return Sealer((secrets.token_bytes(KEY_BYTES),))


@pytest.fixture(scope="session")
def key_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The client's keys, and the style it serves."""
    from joserfc.jwk import ECKey

    folder = tmp_path_factory.mktemp("keys")
    (folder / "client.pem").write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    (folder / "sealing.keys").write_bytes(base64.b64encode(secrets.token_bytes(KEY_BYTES)))
    (folder / "govuk-frontend.min.css").write_text(".govuk-body { margin: 0 }")
    return {"client": folder / "client.pem", "sealing": folder / "sealing.keys", "assets": folder}


@pytest.fixture
async def world(
    urls: DatabaseUrls, emptied: None, kept: KeptDatabases, key_files: dict[str, Path]
) -> AsyncIterator[World]:
    """The client in this process, before services that answer what a test tells them to."""
    made = made_world(urls.app_url, key_files, db=kept.of(urls.app_url, "service"))
    yield made
    await made.close()


@pytest.fixture
async def lead(world: World) -> SignedInBrowser:
    """A safeguarding lead whose referrals intake takes."""
    world.services.answers["GET", REFERRALS] = {"referrals": [own_line()], "next": None}
    world.services.answers["POST", REFERRALS] = lambda _: httpx2.Response(202, json=receipt())
    return await world.sign_in_lead()
