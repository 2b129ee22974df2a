"""Routes that resolve their own arguments, for the few that are asked so often that the usual way costs too much."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, ClassVar, TypeVar

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.web.middleware import DOCUMENT
from chassis.web.problems import NotJson, answer_to

M = TypeVar("M", bound=BaseModel)
Handle = Callable[[Request], Coroutine[Any, Any, Response]]


class Direct(APIRoute):
    """A route with a fixed path that runs ``handle``; its endpoint's signature is what the API document describes."""

    handle_request: ClassVar[Handle]

    def get_route_handler(self) -> Handle:
        """What the framework runs when a request reaches the route its way."""
        return type(self).handle_request


def direct(handle: Handle) -> type[Direct]:
    """A class of routes that run ``handle``.

    ``handle`` MUST resolve what the endpoint's signature says, refuse what it refuses, and answer as it answers.
    """
    return type("DirectRoute", (Direct,), {"handle_request": staticmethod(handle)})


class Shortcut:
    """Pure ASGI middleware, innermost: takes requests for direct routes past the framework's routing.

    What the framework puts around a route (exit stacks for dependencies that yield, matching of parameters) these
    routes have no use for; what else happens to a request happens around this.
    """

    def __init__(self, app: ASGIApp, *, routes: Sequence[Direct]) -> None:
        self.app = app
        self._routes = {(method, route.path): route for route in routes for method in route.methods or ()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self._routes.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if route is None:
            await self.app(scope, receive, send)
            return
        scope["route"] = route
        request = Request(scope, receive)
        try:
            response = await type(route).handle_request(request)
        except Exception as error:
            response = answer_to(request, error)
        await response(scope, receive, send)


def _says_json(content_type: str) -> bool:
    return content_type == "application/json" or content_type.partition(";")[0].strip().lower() == "application/json"


def read_form(model: type[M], request: Request) -> M:
    """The JSON body as a model. Raises as the framework would: ``NotJson``, ``RequestValidationError``."""
    if not _says_json(request.headers.get("content-type", "")):
        raise NotJson
    if DOCUMENT not in request.scope:
        raise RequestValidationError([{"type": "missing", "loc": ("body",)}])
    try:
        return model.model_validate(request.scope[DOCUMENT])
    except ValidationError as error:
        mistakes = error.errors(include_url=False)
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in mistakes]) from error
