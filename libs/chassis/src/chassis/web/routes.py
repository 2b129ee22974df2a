"""Which route a request reached, and what its description says."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.routing import BaseRoute
from starlette.types import Scope


def template(scope: Scope) -> str:
    """The path with its parameters' names in place of their values.

    The route itself knows nothing of the prefixes of the routers around it; the framework's route context does.
    """
    inside = scope.get("fastapi", {}).get("effective_route_context")
    return str(getattr(inside or scope.get("route"), "path", "unmatched"))


@dataclass(frozen=True)
class Described:
    """The query parameters of one route, whether it needs a token, and the field names of its documents.

    ``repeated``: those that may be there more than once.
    """

    query: frozenset[str] = frozenset()
    repeated: frozenset[str] = frozenset()
    guarded: bool = False
    fields: frozenset[str] = frozenset()


_NOTHING: Final = Described()
_KNOWN: Final = "_known_descriptions"
"""Where a route keeps its descriptions, by path and method: it is declared once, and many apps may take it."""


class Descriptions:
    """What the descriptions of an app's routes say, each read once it is needed.

    One takes milliseconds, all of them half a second, in which nobody is served.
    """

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._read: dict[tuple[str, str], Described] = {}

    @classmethod
    def of(cls, request: Request) -> Described:
        """What the description says of the route that the request reached."""
        descriptions: Descriptions = request.app.state.descriptions
        return descriptions.find(template(request.scope), request.method)

    def find(self, path: str, method: str) -> Described:
        """The same for the route of a path and a method; nothing where there is none."""
        place = path, method
        if place not in self._read:
            self._read[place] = self._describe(*place)
        return self._read[place]

    def _describe(self, path: str, method: str) -> Described:
        placed = self._routes.get((path, method))
        if placed is None:
            return _NOTHING
        route, context = placed
        known: dict[tuple[str, str], Described] = vars(route).setdefault(_KNOWN, {})
        if (path, method) not in known:
            document = get_openapi(title=self._app.title, version=self._app.version, routes=[context])
            operation = document["paths"].get(context.path_format, {}).get(method.lower(), {})
            known[path, method] = _described(operation, document.get("components", {}).get("schemas", {}))
        return known[path, method]

    @cached_property
    def _routes(self) -> dict[tuple[str, str], tuple[BaseRoute, RouteContext]]:
        """By path and method, the app's route that leads there and what becomes of it there."""
        return {
            (str(context.path), method): (route, context)
            for route in self._app.routes
            for context in iter_route_contexts([route])
            for method in context.methods or ()
        }


def _described(operation: Mapping[str, Any], schemas: Mapping[str, Mapping[str, Any]]) -> Described:
    parameters = [each for each in operation.get("parameters", ()) if each["in"] == "query"]
    return Described(
        frozenset(each["name"] for each in parameters),
        frozenset(each["name"] for each in parameters if _is_list(each.get("schema", {}))),
        guarded=bool(operation.get("security")),
        fields=frozenset(name for schema in schemas.values() for name in schema.get("properties", {})),
    )


def _is_list(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") == "array" or any(map(_is_list, schema.get("anyOf", ())))
