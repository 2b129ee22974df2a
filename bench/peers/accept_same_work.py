"""The same work as a good team would write it: FastAPI, our form and rules, SQLAlchemy Core, a transaction a request.

Every promise of accepting is kept, with none of what makes ours quick: dependencies are resolved by the framework, the
token's signature is verified for each request, and each statement is one of SQLAlchemy's, for one referral.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.request import urlopen

from fastapi import Depends, FastAPI, Header, HTTPException, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic_core import from_json
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from bench.peers import same_work_sql as sql
from bench.peers.serving import POOL_SIZE, app, serve
from chassis.clock import SystemClock
from chassis.ids import RandomIds
from contracts.problems import Problem
from policy.load import load_packs
from referral_intake.accepting.model import Acceptance
from referral_intake.accepting.prepare import Arrival, Promises, ReferralMaker, submission_of, terms
from referral_intake.form import ReferralForm
from referral_intake.model import Sender
from referral_intake.served import pack_in_force

ISSUER: Final = os.environ.get("ISSUER", "")
AUDIENCE: Final = "frontdoor"
LEEWAY: Final = timedelta(seconds=30)

clock = SystemClock()
maker = ReferralMaker(RandomIds(), "http://127.0.0.1")
promises = Promises()
packs = load_packs(Path(os.environ.get("PARTNERSHIPS", "partnerships")))
engine = create_async_engine(
    make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+asyncpg"), pool_size=POOL_SIZE, max_overflow=0
)
bearer = HTTPBearer()


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    with urlopen(f"{ISSUER}/keys") as published:  # noqa: ASYNC210  # before anybody is served
        app.state.keys = KeySet.import_key_set(from_json(published.read()))
    yield
    await engine.dispose()


api = app(_lifespan)


async def sender(given: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> Sender:
    """Who sends, by a token whose signature, issuer, audience and times are right."""
    rules = jwt.JWTClaimsRegistry(
        now=int(clock.now().timestamp()),
        leeway=int(LEEWAY.total_seconds()),
        iss={"essential": True, "value": ISSUER},
        aud={"essential": True, "value": AUDIENCE},
        exp={"essential": True},
    )
    try:
        claims = jwt.decode(given.credentials, api.state.keys, algorithms=["ES256", "RS256"]).claims
        rules.validate(claims)
    except (JoseError, ValueError) as error:
        raise HTTPException(401) from error
    return _sender_of(claims)


def _sender_of(claims: dict[str, Any]) -> Sender:
    if "partner" not in claims.get("roles", ()):
        raise HTTPException(403)
    return Sender(claims["partnership"], claims["agency"], claims["azp"])


@api.post("/v1/referrals", status_code=202)
async def accept(
    form: ReferralForm,
    sender: Annotated[Sender, Depends(sender)],
    key: Annotated[str, Header(alias="Idempotency-Key", pattern=r"^[\x21-\x7e]{1,255}$")],
) -> Response:
    """Judge, write and commit, then answer; the same key is given the same answer."""
    acceptance = _prepare(Arrival(lambda: form, sender, key))
    async with engine.begin() as tx:
        answer = await sql.write(tx, acceptance)
    return Response(answer, 202, media_type="application/json")


def _prepare(arrival: Arrival) -> Acceptance:
    now = clock.now()
    pack = pack_in_force(packs, arrival.sender.partnership, at=now)
    said = terms(pack, arrival.sender, due=promises.decision_due(pack, at=now))
    return maker.prepare(submission_of(arrival), said, now=now)


@api.exception_handler(Problem)
async def refuse(_: object, problem: Exception) -> Response:
    """What the rules refuse."""
    assert isinstance(problem, Problem)
    return Response(str(problem), problem.status)


if __name__ == "__main__":
    serve(api)
