"""FastAPI without a database: parse the body, answer."""

from uuid import uuid4

from bench.peers.serving import Body, app, serve

api = app()


@api.post("/v1/referrals", status_code=202)
async def accept(body: Body) -> dict[str, str]:  # type: ignore[valid-type]
    """Answer with an id."""
    return {"referral_id": str(uuid4()), "status": "received"}


if __name__ == "__main__":
    serve(api)
