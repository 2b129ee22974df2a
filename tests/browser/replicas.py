"""Further replicas of the stack's own processes, served by this one: on the same databases, with the same keys."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

import uvicorn
from fastapi import FastAPI

import triage.main
import triage.settings
import triage_ui.main
import triage_ui.settings
from chassis.settings import load
from chassis.web.sign_in import FreshSignIn
from frontdoor.demo.waiting import until
from local_stack.stack import Stack

SIGN_IN_LASTS: Final = timedelta(seconds=1)


class ShortSignIn(triage.settings.Settings):
    """Anyone who authorises must have signed in just now: the shortest of the settings is a minute."""

    @property
    def authorising(self) -> FreshSignIn:
        """A second, and what clocks may differ by."""
        return FreshSignIn(SIGN_IN_LASTS)


def triage_with_short_sign_in(stack: Stack) -> FastAPI:
    """Another replica of triage."""
    return triage.main.build(load(ShortSignIn, _environment(stack, "triage-api"))).app


def web_client(stack: Stack, services: Mapping[str, str] | None = None) -> FastAPI:
    """Another replica of the web client, which asks these services instead where they are named."""
    settings = load(triage_ui.settings.Settings, _environment(stack, "web-client"))
    urls = {**settings.service_urls, **(services or {})}
    return triage_ui.main.build(settings.model_copy(update={"service_urls": urls}))


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """Where the app answers while the block lasts."""
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server.serve(sockets=[listener]))

        async def started() -> bool | None:
            return server.started or None

        await until("a replica", started)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await serving


def _environment(stack: Stack, process: str) -> Mapping[str, str]:
    return {**os.environ, **stack.supervisor.command(process).environment}
