"""An issuer of access tokens for measurements: real keys and real discovery, on a port of this process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

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

    def token(self, **claims: Any) -> str:
        """An access token of a school, or of whom the claims say; good for an hour."""
        expires_at = int(self.signer.clock.now().timestamp()) + _LIFE_SECONDS
        return self.signer.token(iss=self.address, exp=expires_at, **claims)

    def machine_token(self) -> str:
        """A token of the services among themselves."""
        return self.token(roles=["service"], agency="frontdoor", partnership=None, azp="frontdoor-service")


@asynccontextmanager
async def issuing() -> AsyncIterator[Issuer]:
    """An issuer for as long as the block lasts. Who asks it for a token is taken for a service, without proof."""
    port, signer = free_port(), Signer()
    address = f"http://127.0.0.1:{port}"
    issuer = Issuer(address, signer)

    async def discovery(_: Request) -> JSONResponse:
        found = {"issuer": address, "jwks_uri": f"{address}/keys", "token_endpoint": f"{address}/token"}
        return JSONResponse(found)

    async def token(_: Request) -> JSONResponse:
        return JSONResponse({"access_token": issuer.machine_token(), "expires_in": _LIFE_SECONDS})

    async def keys(_: Request) -> JSONResponse:
        return JSONResponse(KeySet([signer.key]).as_dict(private=False))

    routes = [Route("/.well-known/openid-configuration", discovery), Route("/keys", keys)]
    app = Starlette(routes=[*routes, Route("/token", token, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None))
    serving = asyncio.create_task(server.serve())
    try:
        yield issuer
    finally:
        server.should_exit = True
        await serving
