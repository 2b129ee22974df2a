"""What stands behind ``?`` in an address is known, or refused: a misspelt filter must not answer with everything."""

from fastapi import Request

from chassis.web.auth import authenticated
from chassis.web.routes import Descriptions
from chassis.web.spelling import Names
from contracts.problems import FieldError, Invalid


async def known_query(request: Request) -> None:
    """FastAPI dependency. Raises ``Invalid`` for a parameter that the route does not describe; never repeats its name.

    Without a good token a route that needs one refuses that instead, as ``Verifier.verify`` does.

    Routes that describe none ignore them all, as addresses do that strangers link to and decorate.
    """
    if not request.query_params:
        return
    described = Descriptions.of(request)
    unknown = [name for name in request.query_params if name not in described.query] if described.query else []
    if not unknown:
        return
    if described.guarded:
        await authenticated(request)  # nobody else is answered anything about such a route
    raise Invalid(errors=(FieldError("query", _advice(unknown[0], described.query)),))


def _advice(written: str, known: frozenset[str]) -> str:
    meant = Names(known).meant_by(written)
    guess = f", or call it {meant} if that is meant" if meant else ""
    return f"Remove the parameter that is not in the API description{guess}. There are: {', '.join(sorted(known))}"
