"""Puts the nulls back into the examples of an API document: the framework leaves them out of everything it writes.

So an answer that always has a field, empty or not, was shown without it.
"""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
Schemas = Mapping[str, Schema]


def put_back_nulls(schemas: Schemas) -> None:
    """Add to each example of a schema the fields that are always there and may be null, in the schema's order."""
    for schema in schemas.values():
        for example in schema.get("examples", ()):
            _fill(example, schema, schemas)


def _fill(example: Any, schema: Schema, schemas: Schemas) -> None:
    schema = _plain(schema, schemas)
    if isinstance(example, list):
        for each in example:
            _fill(each, schema.get("items", {}), schemas)
    elif isinstance(example, dict):
        _fill_object(example, schema, schemas)


def _fill_object(example: dict[str, Any], schema: Schema, schemas: Schemas) -> None:
    properties, given = schema.get("properties", {}), dict(example)
    always = {name for name in schema.get("required", ()) if _may_be_null(properties[name])}
    example.clear()
    example.update({name: given.get(name) for name in properties if name in given or name in always})
    example.update(given)
    for name in properties.keys() & given.keys():
        _fill(example[name], properties[name], schemas)


def _plain(schema: Schema, schemas: Schemas) -> Schema:
    """What a reference, or something that may be null, is of."""
    if "$ref" in schema:
        return schemas[schema["$ref"].rpartition("/")[2]]
    for alternative in schema.get("anyOf", ()):
        if alternative.get("type") != "null":
            return _plain(alternative, schemas)
    return schema


def _may_be_null(schema: Schema) -> bool:
    return any(alternative.get("type") == "null" for alternative in schema.get("anyOf", ()))
