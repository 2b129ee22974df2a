"""The stack of a year: our own issuer, several workers of each service, every agency's endpoint at the sinks."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.issuer import issuing
from bench.year.callers import OPERATOR, SignedIn, Tokens
from chassis.http_client import HttpClient
from frontdoor.client import SERVICES, Caller
from frontdoor.demo.endpoints import register
from local_stack.checkout import PARTNERSHIPS_FOLDER
from local_stack.stack import Stack, running

_NAMED: Final = ("DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS", "SMTP_URL", "OIDC_ISSUER")
_ISSUER: Final = "OIDC_ISSUER"
_CALL_SECONDS: Final = 30.0


@dataclass(frozen=True)
class Stage:
    """What a year needs."""

    stack: Stack
    tokens: Tokens

    def url(self, service: str) -> str:
        """Where a service answers."""
        return self.stack.services[service].url


@asynccontextmanager
async def standing(folder: Path, *, workers: int, own_interpreters: bool) -> AsyncIterator[Stage]:
    """A stack that serves, for as long as the block lasts. Raises ``StackError``."""
    async with issuing() as issuer:
        with _environment(issuer.address):
            context = running(folder / "stack", workers=workers, own_interpreters=own_interpreters)
            stack = await asyncio.to_thread(context.__enter__)
        try:
            stage = Stage(stack, Tokens(issuer))
            await _register(stage)
            yield stage
        finally:
            await asyncio.to_thread(context.__exit__, None, None, None)


@contextmanager
def _environment(issuer: str) -> Iterator[None]:
    """Every part but the issuer is one of our own, whatever runs already."""
    before = {name: os.environ.pop(name, None) for name in _NAMED}
    os.environ[_ISSUER] = issuer
    try:
        yield
    finally:
        del os.environ[_ISSUER]
        os.environ.update({name: value for name, value in before.items() if value is not None})


async def _register(stage: Stage) -> None:
    addresses, http = stage.stack.addresses(), HttpClient.connect(timeout_seconds=_CALL_SECONDS)
    caller = Caller(http, {name: addresses[name] for name in SERVICES}, SignedIn(stage.tokens, OPERATOR))
    try:
        await register(caller, PARTNERSHIPS_FOLDER, addresses["agencies"])
    finally:
        await http.close()
