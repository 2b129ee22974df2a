"""What stands behind ``?`` in an address is known, or refused: a misspelt filter must not answer with everything."""

from functools import cached_property

from fastapi import FastAPI, Request

from chassis.web.middleware import template
from chassis.web.spelling import Names
from contracts.problems import FieldError, Invalid


async def known_query(request: Request) -> None:
    """FastAPI dependency. Raises ``Invalid`` for a parameter that the route does not describe; never repeats its name.

    Routes that describe none ignore them all, as addresses do that strangers link to and decorate.
    """
    if not request.query_params:
        return
    queries: Queries = request.app.state.queries
    known = queries.described.get((template(request.scope), request.method), frozenset())
    unknown = [name for name in request.query_params if name not in known] if known else []
    if unknown:
        raise Invalid(errors=(FieldError("query", _advice(unknown[0], known)),))


class Queries:
    """What an app's routes may be asked for; read from its description once it is needed."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    @cached_property
    def described(self) -> dict[tuple[str, str], frozenset[str]]:
        """The query parameters of every route, by path and method."""
        return {
            (path, method.upper()): frozenset(each["name"] for each in operation["parameters"] if each["in"] == "query")
            for path, operations in self._app.openapi().get("paths", {}).items()
            for method, operation in operations.items()
            if "parameters" in operation
        }


def _advice(written: str, known: frozenset[str]) -> str:
    meant = Names(known).meant_by(written)
    guess = f", or call it {meant} if that is meant" if meant else ""
    return f"Remove the parameter that is not in the API description{guess}. There are: {', '.join(sorted(known))}"
