"""What the API document says that signatures cannot."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from chassis import problems

_NEEDED: Final = "x-needed"
_OF_EVERY_BODY: Final = (408, 413, 415)

Described = dict[str, Any]


def problem_responses(*statuses: int) -> dict[int | str, Described]:
    """What a route declares for the problems it may answer with."""
    content = {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": "A problem", "content": content} for status in statuses}


def needed(schema: Mapping[str, Any]) -> Described:
    """For ``json_schema_extra`` of a header that a dependency refuses to do without, in words of its own.

    Its default is only there for the dependency to see that it is absent; to callers it is required and has ``schema``.
    """
    return {_NEEDED: dict(schema)}


def trimmed(length: int) -> Described:
    """For ``json_schema_extra`` of text that is at least so long without the space around it, which is taken off."""
    return {"pattern": r"\S" if length < 2 else rf"\S[\s\S]{{{length - 2},}}\S"}


def complete(document: Described) -> None:
    """Add the one schema that no route returns, what may be said of every body, and which headers are needed."""
    document.setdefault("components", {}).setdefault("schemas", {})["Problem"] = dict(problems.SCHEMA)
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
