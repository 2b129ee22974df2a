"""What the peers of ``accept`` share: how they take the body, and uvicorn at its fastest."""

import json
import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import uvicorn
from fastapi import FastAPI

from bench.peers.form import Referral

POOL_SIZE = int(os.environ.get("POOL_SIZE", "10"))
AS_MODEL = os.environ.get("BODY", "model") == "model"

Body = Referral if AS_MODEL else dict[str, Any]
"""The body's declared type: the models, or whatever JSON object comes."""


def content_of(body: Any) -> bytes:
    """The body as it is stored."""
    if AS_MODEL:
        content: str = body.model_dump_json()
        return content.encode()
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def app(lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None) -> FastAPI:
    """FastAPI without the telemetry and the pages that nobody asked for."""
    off = {"tracing": False, "metrics": False, "logs": False, "operation_spans": False}
    return FastAPI(lifespan=lifespan, openapi_url=None, telemetry=off)  # type: ignore[arg-type]


def serve(app: FastAPI) -> None:
    """One process with uvloop and httptools that logs nothing for a request."""
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        loop="uvloop",
        http="httptools",
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=30,
        backlog=2048,
    )
