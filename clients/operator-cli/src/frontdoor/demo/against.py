"""Walks through a stack that runs already, wherever it is: its addresses, and the stack it was told of in a file."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from chassis.http_client import HttpClient
from frontdoor.answer import Answer
from frontdoor.client import SERVICES
from frontdoor.demo.endpoints import register
from frontdoor.demo.examples import read_all
from frontdoor.demo.report import Report
from frontdoor.demo.run import run
from frontdoor.demo.web_pages import read_pages
from frontdoor.demo.world import World
from frontdoor.errors import CalledWrongly
from local_stack.console import say

_CALL_SECONDS: Final = 30.0


@dataclass(frozen=True)
class Folders:
    """Where the examples and the packs lie."""

    examples: Path
    partnerships: Path


def walk_against(deployment: Path, folders: Folders) -> Answer:
    """The walk through what ``deployment`` describes, as ``stack.json`` describes a local stack.

    Key files in it are named as seen from its own folder. Raises ``CalledWrongly`` when it cannot be read.
    """
    for folder in (folders.examples, folders.partnerships):
        if not folder.is_dir():
            raise CalledWrongly(f"{folder} is no folder: name those of a checkout with --examples and --partnerships")
    addresses, sign_ins = _read(deployment)
    report = asyncio.run(prepare(addresses, sign_ins, folders, walk=True))
    assert report is not None, "a walk reports or raises"
    return report.answer()


async def prepare(
    addresses: Mapping[str, str], sign_ins: Mapping[str, Any], folders: Folders, *, walk: bool
) -> Report | None:
    """Tell agency-notify where the agencies are; then walk, when that is wanted."""
    http = HttpClient.connect(timeout_seconds=_CALL_SECONDS)
    try:
        world = _world(http, addresses, sign_ins)
        await register(world.operator(), folders.partnerships, world.agencies_url)
        if not walk:
            return None
        report = await run(world, read_all(folders.examples))
        say("opening the queue and a case in the web client, as a manager")
        seen = await asyncio.to_thread(read_pages, addresses["web_client"], sign_ins["staff"])
        say(f"the web client shows {seen}")
        return report
    finally:
        await http.close()


def _world(http: HttpClient, addresses: Mapping[str, str], sign_ins: Mapping[str, Any]) -> World:
    return World(
        http=http,
        service_urls={service: addresses[service] for service in SERVICES},
        oidc_issuer=addresses["oidc_issuer"],
        sign_ins=sign_ins,
        agencies_url=addresses["agencies"],
        mail_url=addresses["mail"],
        witness_key=addresses["witness_key"],
    )


def _read(deployment: Path) -> tuple[Mapping[str, str], Mapping[str, Any]]:
    """Addresses and sign-ins."""
    try:
        found: dict[str, Any] = json.loads(deployment.read_text())
        addresses, sign_ins = found["addresses"], found["sign_ins"]
        for client in sign_ins["clients"].values():
            client["private_key_file"] = str(deployment.parent / client["private_key_file"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CalledWrongly(f"{deployment} does not hold the addresses and sign-ins of a stack") from error
    if missing := {*SERVICES, "oidc_issuer", "agencies", "mail", "witness_key", "web_client"} - set(addresses):
        raise CalledWrongly(f"{deployment} does not say where these are: {', '.join(sorted(missing))}")
    return addresses, sign_ins
