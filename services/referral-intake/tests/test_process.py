"""The processes: how they start, and how they refuse to."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx2
import pytest

from chassis.run.provision import DatabaseUrls

PACKS = Path(__file__).parents[3] / "partnerships"
START_SECONDS = 30.0


def environment(urls: DatabaseUrls, **changes: str) -> Mapping[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "FRONTDOOR_DATABASE_URL": urls.app_url,
        "FRONTDOOR_DATABASE_OWNER_URL": urls.owner_url,
        "FRONTDOOR_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "FRONTDOOR_OIDC_ISSUER": "http://127.0.0.1:1/realms/frontdoor",
        "FRONTDOOR_PUBLIC_URL": "http://127.0.0.1:8000",
        "FRONTDOOR_PARTNERSHIPS_FOLDER": str(PACKS),
        **changes,
    }


async def start(command: str, env: Mapping[str, str]) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "referral_intake", command, env=dict(env), stdout=pipe, stderr=pipe
    )


async def finished(command: str, env: Mapping[str, str]) -> tuple[int | None, str]:
    process = await start(command, env)
    _, errors = await asyncio.wait_for(process.communicate(), START_SECONDS)
    return process.returncode, errors.decode()


async def live(address: str) -> None:
    async with httpx2.AsyncClient() as http, asyncio.timeout(START_SECONDS):
        while True:
            try:
                if (await http.get(f"{address}/health/live")).status_code == 200:
                    return
            except httpx2.TransportError:
                await asyncio.sleep(0.05)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def test_the_api_serves_and_ends_in_order_when_asked(urls: DatabaseUrls) -> None:
    port = free_port()
    process = await start("api", environment(urls, FRONTDOOR_HTTP_PORT=str(port)))
    try:
        await live(f"http://127.0.0.1:{port}")

        process.send_signal(signal.SIGTERM)

        _, errors = await asyncio.wait_for(process.communicate(), START_SECONDS)
        assert errors == b""
        assert process.returncode in (0, -signal.SIGTERM)  # the server passes the signal on when it has drained
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_migrating_a_migrated_database_changes_nothing(urls: DatabaseUrls) -> None:
    assert await finished("migrate", environment(urls)) == (0, "")


@pytest.mark.parametrize(
    ("command", "missing"),
    [("api", "DATABASE_URL"), ("worker", "DATABASE_URL"), ("migrate", "DATABASE_OWNER_URL")],
)
async def test_a_missing_setting_ends_the_start_with_one_line(urls: DatabaseUrls, command: str, missing: str) -> None:
    code, errors = await finished(command, environment(urls, **{f"FRONTDOOR_{missing}": ""}))

    assert code == 78
    assert errors.startswith(f"FRONTDOOR_{missing}: is not set")
    assert len(errors.splitlines()) == 1


async def test_a_pack_that_cannot_be_used_ends_the_start_and_says_where(urls: DatabaseUrls, tmp_path: Path) -> None:
    (tmp_path / "wandsworth.yaml").write_text("partnership: wandsworth\n", encoding="utf-8")

    code, errors = await finished("api", environment(urls, FRONTDOOR_PARTNERSHIPS_FOLDER=str(tmp_path)))

    assert code == 78
    assert "wandsworth.yaml:1" in errors
    assert "Traceback" not in errors


async def test_an_unknown_command_is_answered_with_the_known_ones(urls: DatabaseUrls) -> None:
    code, errors = await finished("serve", environment(urls))

    assert code == 2
    assert "api|worker|migrate" in errors
