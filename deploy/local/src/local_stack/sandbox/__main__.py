"""``python -m local_stack.sandbox``: the sandbox's front door team as a process with health of its own."""

import argparse
import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

import httpx2
import uvicorn
from fastapi import FastAPI, Response

from chassis.clock import SystemClock
from chassis.http_client import authorities
from local_stack.sandbox.team import Team
from local_stack.sandbox.watch import Watch

_CALL_SECONDS: Final = 15.0


def create_app(watch: Watch) -> FastAPI:
    """Watches while it serves; says at ``/health/ready`` whether rounds are being made."""

    @asynccontextmanager
    async def watching(_app: FastAPI) -> AsyncIterator[None]:
        thread = threading.Thread(target=watch.run, name="sandbox", daemon=True)
        thread.start()
        yield
        watch.stopping.set()

    app = FastAPI(title="Sandbox", lifespan=watching)

    @app.get("/health/ready")
    def ready() -> Response:
        return Response(status_code=200 if watch.is_fresh() else 503)

    return app


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local_stack.sandbox", description=__doc__)
    parser.add_argument("--stack", type=Path, required=True, help="stack.json of the stack that runs")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--since", type=datetime.fromisoformat, help="leave alone what was received before")
    chosen = parser.parse_args()
    http = httpx2.Client(timeout=_CALL_SECONDS, trust_env=False, verify=authorities())
    watch = Watch(Team.all_of(json.loads(chosen.stack.read_text()), http), SystemClock(), chosen.since)
    uvicorn.run(create_app(watch), host="127.0.0.1", port=chosen.port, access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
