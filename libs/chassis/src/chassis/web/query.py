"""What stands behind ``?`` in an address is known, or refused: a misspelt filter must not answer with everything."""

from collections import Counter

from fastapi import Request

from chassis.web.auth import authenticated
from chassis.web.routes import Described, Descriptions
from chassis.web.spelling import Names
from contracts.problems import FieldError, Invalid


async def known_query(request: Request) -> None:
    """FastAPI dependency. Raises ``Invalid`` for a parameter that the route does not describe; never repeats its name.

    And for one that is there twice where only the last would count: the first would be lost without a word.

    Without a good token a route that needs one refuses that instead, as ``Verifier.verify`` does.

    Routes that describe none ignore them all, as addresses do that strangers link to and decorate.
    """
    if not request.query_params:
        return
    described = Descriptions.of(request)
    unknown = [name for name in request.query_params if name not in described.query] if described.query else []
    twice = _twice(request, described)
    if not (unknown or twice):
        return
    if described.guarded:
        await authenticated(request)  # nobody else is answered anything about such a route
    if unknown:
        raise Invalid(errors=(FieldError("query", _advice(unknown[0], described.query)),))
    raise Invalid(errors=tuple(FieldError(f"query:{name}", "Send this once") for name in twice))


def _twice(request: Request, described: Described) -> list[str]:
    names = Counter(name for name, _ in request.query_params.multi_items())
    return sorted(name for name in described.query - described.repeated if names[name] > 1)


def _advice(written: str, known: frozenset[str]) -> str:
    meant = Names(known).meant_by(written)
    guess = f", or call it {meant} if that is meant" if meant else ""
    return f"Remove the parameter that is not in the API description{guess}. There are: {', '.join(sorted(known))}"
