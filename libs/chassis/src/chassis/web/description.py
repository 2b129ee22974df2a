"""What the API document says that signatures cannot."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from chassis.web import problems
from chassis.web.examples import put_back_nulls

_NEEDED: Final = "x-needed"
_OF_EVERY_BODY: Final = (408, 413, 415)
_INK: Final = r"[^\s\x1c-\x1f\x85]"
"""What nobody takes for space: ``\\S`` alone allows separators that Python and Pydantic take off."""
_SAYS: Final[Mapping[int, str]] = {
    400: "What was sent cannot be read, or a header that is needed is missing",
    401: "No valid access token was sent",
    403: "The token is valid, and does not allow this",
    404: "There is nothing here, or nothing that the caller may know of",
    406: "Nothing that the caller accepts can be answered",
    408: "The request took too long to arrive",
    409: "Not in the present state; with `Retry-After`: send the same again",
    410: "It was here, and is not kept any more",
    412: "Somebody else changed it first: read it again",
    413: "The request is too large",
    415: "The body is of another kind than this reads",
    422: "Something has to change before this can be taken: see `errors`",
    428: "Say in `If-Match` which version was seen",
    429: "More in a minute than was agreed: wait as long as `Retry-After` says",
    503: "Not now: send the same again, as soon as `Retry-After` says where it is there",
}

Described = dict[str, Any]


def problem_responses(*statuses: int) -> dict[int | str, Described]:
    """What a route declares for the problems it may answer with."""
    content = {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _SAYS[status], "content": content} for status in statuses}


def needed(schema: Mapping[str, Any]) -> Described:
    """For ``json_schema_extra`` of a header that a dependency refuses to do without, in words of its own.

    Its default is only there for the dependency to see that it is absent; to callers it is required and has ``schema``.
    """
    return {_NEEDED: dict(schema)}


def trimmed(length: int) -> Described:
    """For ``json_schema_extra`` of text that is at least so long without the space around it, which is taken off."""
    return {"pattern": _INK if length < 2 else rf"{_INK}[\s\S]{{{length - 2},}}{_INK}"}


def complete(document: Described) -> None:
    """Add the one schema that no route returns, what may be said of every body, and which headers are needed."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = dict(problems.SCHEMA)
    put_back_nulls(schemas)
    for operation in _operations(document):
        if "requestBody" in operation:
            _add_problems_of_bodies(operation["responses"])
        for parameter in operation.get("parameters", ()):
            if _NEEDED in parameter["schema"]:
                parameter.update(required=True, schema=parameter["schema"][_NEEDED])


def _operations(document: Described) -> Iterator[Described]:
    for path in document["paths"].values():
        yield from path.values()


def _add_problems_of_bodies(responses: Described) -> None:
    for status, response in problem_responses(*_OF_EVERY_BODY).items():
        responses.setdefault(str(status), response)
