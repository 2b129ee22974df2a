"""What stands behind ``?`` in an address is known, or refused: a misspelt filter must not answer with everything."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from fastapi import FastAPI, Request

from chassis.web.auth import authenticated
from chassis.web.middleware import template
from chassis.web.spelling import Names
from contracts.problems import FieldError, Invalid


async def known_query(request: Request) -> None:
    """FastAPI dependency. Raises ``Invalid`` for a parameter that the route does not describe; never repeats its name.

    Without a good token a route that needs one refuses that instead, as ``Verifier.verify`` does.

    Routes that describe none ignore them all, as addresses do that strangers link to and decorate.
    """
    if not request.query_params:
        return
    queries: Queries = request.app.state.queries
    described = queries.described.get((template(request.scope), request.method), _NOTHING)
    unknown = [name for name in request.query_params if name not in described.known] if described.known else []
    if not unknown:
        return
    if described.guarded:
        await authenticated(request)  # nobody else is answered anything about such a route
    raise Invalid(errors=(FieldError("query", _advice(unknown[0], described.known)),))


@dataclass(frozen=True)
class Described:
    """The query parameters of one route, and whether it needs a token."""

    known: frozenset[str] = frozenset()
    guarded: bool = False


_NOTHING: Final = Described()


class Queries:
    """What an app's routes may be asked for; read from its description once it is needed."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    @cached_property
    def described(self) -> dict[tuple[str, str], Described]:
        """What the description says of every route with parameters, by path and method."""
        return {
            (path, method.upper()): _described(operation)
            for path, operations in self._app.openapi().get("paths", {}).items()
            for method, operation in operations.items()
            if "parameters" in operation
        }


def _described(operation: Mapping[str, Any]) -> Described:
    known = frozenset(each["name"] for each in operation["parameters"] if each["in"] == "query")
    return Described(known, guarded=bool(operation.get("security")))


def _advice(written: str, known: frozenset[str]) -> str:
    meant = Names(known).meant_by(written)
    guess = f", or call it {meant} if that is meant" if meant else ""
    return f"Remove the parameter that is not in the API description{guess}. There are: {', '.join(sorted(known))}"
