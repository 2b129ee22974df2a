"""An issuer of access tokens for measurements: real keys and real discovery, on a port of this process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import uvicorn
from joserfc.jwk import KeySet
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bench.processes import free_port
from chassis.testing.signer import Signer

_LIFE_SECONDS: Final = 3600


@dataclass(frozen=True)
class Issuer:
    """Where services find the keys, and who signs with them."""

    address: str
    signer: Signer

    def token(self) -> str:
        """An access token of a school, good for longer than any measurement."""
        expires_at = int(self.signer.clock.now().timestamp()) + _LIFE_SECONDS
        return self.signer.token(iss=self.address, exp=expires_at)


@asynccontextmanager
async def issuing() -> AsyncIterator[Issuer]:
    """An issuer for as long as the block lasts."""
    port, signer = free_port(), Signer()
    address = f"http://127.0.0.1:{port}"

    async def discovery(_: Request) -> JSONResponse:
        return JSONResponse({"issuer": address, "jwks_uri": f"{address}/keys"})

    async def keys(_: Request) -> JSONResponse:
        return JSONResponse(KeySet([signer.key]).as_dict(private=False))

    app = Starlette(routes=[Route("/.well-known/openid-configuration", discovery), Route("/keys", keys)])
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None))
    serving = asyncio.create_task(server.serve())
    try:
        yield Issuer(address, signer)
    finally:
        server.should_exit = True
        await serving
