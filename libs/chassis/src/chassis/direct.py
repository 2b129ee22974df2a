"""Routes that resolve their own arguments, for the few that are asked so often that the usual way costs too much."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from chassis.middleware import BODY
from chassis.problems import NotJson

M = TypeVar("M", bound=BaseModel)
Handle = Callable[[Request], Coroutine[Any, Any, Response]]


def direct(handle: Handle) -> type[APIRoute]:
    """A class of routes that run ``handle``, while the endpoint's signature is what the API document describes.

    ``handle`` MUST resolve what the signature says, refuse what it refuses, and call the endpoint with the rest.
    """

    class Direct(APIRoute):
        def get_route_handler(self) -> Handle:
            return handle

    return Direct


def _says_json(content_type: str) -> bool:
    return content_type == "application/json" or content_type.partition(";")[0].strip().lower() == "application/json"


def read_form(model: type[M], request: Request) -> M:
    """The JSON body as a model. Raises as the framework would: ``NotJson``, ``RequestValidationError``."""
    if not _says_json(request.headers.get("content-type", "")):
        raise NotJson
    try:
        return model.model_validate_json(request.scope[BODY])
    except ValidationError as error:
        mistakes = error.errors(include_url=False)
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in mistakes]) from error
