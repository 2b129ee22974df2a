"""Every partner agency's system in one: takes signed notices, keeps them, and misbehaves when asked to.

Run as ``python -m local_stack.agencies_sink``.
"""

import argparse
import asyncio
import json
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from fastapi import FastAPI, HTTPException, Request, Response
from pydantic import BaseModel, Field

from chassis.clock import Clock, SystemClock
from local_stack.journal import Journal
from local_stack.webhook_signatures import SignatureRefused, verify

AgencyCode = Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]


class Mode(StrEnum):
    """How an agency answers."""

    OK = "ok"  # 204
    FAILING = "500"
    BUSY = "429"  # with Retry-After
    GONE = "410"
    SLOW = "slow"  # 204, late
    REDIRECT = "redirect"


class Behaviour(BaseModel):
    """What ``PUT /agencies/{agency}`` sets; what is left out keeps its default."""

    mode: Mode = Mode.OK
    seconds: Annotated[float, Field(ge=0, le=600)] = 1  # for `slow`: before the answer; for `429`: Retry-After
    secret: Annotated[str, Field(pattern=r"^(whsec_.+)?$")] = ""  # when set, v1 is expected in place of v1a


@dataclass
class Agencies:
    """What the sink knows: whom to trust, how each agency behaves, what came."""

    public_key: str
    keys_folder: Path
    journal: Journal
    clock: Clock = field(default_factory=SystemClock)
    behaviours: dict[str, Behaviour] = field(default_factory=dict)

    def behaviour(self, agency: str) -> Behaviour:
        return self.behaviours.get(agency, Behaviour())


def create_app(agencies: Agencies) -> FastAPI:
    """The sink, for one set of agencies."""
    app = FastAPI(title="Partner agencies")

    @app.put("/agencies/{agency}", status_code=204)
    def behave(agency: AgencyCode, behaviour: Behaviour) -> None:
        agencies.behaviours[agency] = behaviour

    @app.post("/agencies/{agency}/hook", status_code=204)
    async def deliver(agency: AgencyCode, request: Request) -> Response:
        return await _deliver(agencies, agency, request)

    @app.get("/deliveries")
    def deliveries(agency: str | None = None) -> list[dict[str, Any]]:
        return agencies.journal.lines(**({"agency": agency} if agency else {}))

    @app.get("/jwks/{client}")
    def key_set(client: AgencyCode) -> dict[str, Any]:
        path = agencies.keys_folder / f"{client}.jwks.json"
        if not path.exists():
            raise HTTPException(404)
        found: dict[str, Any] = json.loads(path.read_text())
        return found

    return app


async def _deliver(agencies: Agencies, agency: str, request: Request) -> Response:
    body, behaviour = await request.body(), agencies.behaviour(agency)
    now = agencies.clock.now()
    line = {"agency": agency, "received_at": now.isoformat(), "headers": _webhook_headers(request)}
    try:
        version = verify(request.headers, body, key=behaviour.secret or agencies.public_key, now=now)
    except SignatureRefused as refusal:
        agencies.journal.add({**line, "status": 401, "refused": str(refusal)})
        return Response(status_code=401)
    answer = await _answer(behaviour)
    agencies.journal.add({**line, "status": answer.status_code, "signature": version, "body": json.loads(body)})
    return answer


async def _answer(behaviour: Behaviour) -> Response:
    match behaviour.mode:
        case Mode.FAILING:
            return Response(status_code=500)
        case Mode.BUSY:
            return Response(status_code=429, headers={"Retry-After": f"{behaviour.seconds:.0f}"})
        case Mode.GONE:
            return Response(status_code=410)
        case Mode.REDIRECT:
            return Response(status_code=307, headers={"Location": "http://127.0.0.1:9/elsewhere"})
        case Mode.SLOW:
            await asyncio.sleep(behaviour.seconds)
    return Response(status_code=204)


def _webhook_headers(request: Request) -> dict[str, str]:
    kept = ("webhook-id", "webhook-timestamp", "webhook-signature", "traceparent", "content-type")
    return {name: request.headers[name] for name in kept if name in request.headers}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local_stack.agencies_sink", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--public-key", required=True, help="what notices are verified with: whpk_…")
    parser.add_argument("--keys", type=Path, required=True, help="folder of the clients' public key sets")
    parser.add_argument("--journal", type=Path, required=True)
    chosen = parser.parse_args()
    app = create_app(Agencies(chosen.public_key, chosen.keys, Journal(chosen.journal)))
    uvicorn.run(app, host=chosen.host, port=chosen.port, access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
