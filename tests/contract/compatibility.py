"""May a new edition of an event's schema follow an old one? Plain rules, because registries' defaults mislead.

A reader written for the old edition must go on understanding the new one, and the new reader old messages that are
still in the log: so no field is removed, renamed, retyped or newly required, and no enum loses a code. A widened enum
is reported apart: it is allowed, but every reader must be looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """One difference that matters; ``breaking`` ones MUST NOT be published under the same version."""

    where: str
    what: str
    breaking: bool = True


def changes(old: Schema, new: Schema) -> list[Change]:
    """What a reader or writer of ``old`` would notice about ``new``."""
    return list(_compare(old, new, old, new, "$"))


def _compare(old: Schema, new: Schema, old_root: Schema, new_root: Schema, where: str) -> Iterator[Change]:
    old, new = _resolve(old, old_root), _resolve(new, new_root)
    yield from _enums(old, new, where)
    if _type(old) != _type(new):
        yield Change(where, "the type changed")
        return
    yield from _fields(old, new, old_root, new_root, where)
    yield from _alternatives(old, new, old_root, new_root, where)
    for inside in ("items", "additionalProperties"):
        if isinstance(old.get(inside), dict) and isinstance(new.get(inside), dict):
            yield from _compare(old[inside], new[inside], old_root, new_root, f"{where}[]")


def _fields(old: Schema, new: Schema, old_root: Schema, new_root: Schema, where: str) -> Iterator[Change]:
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in before.keys() - after.keys():
        yield Change(f"{where}.{name}", "the field was removed or renamed")
    for name in set(new.get("required", ())) - set(old.get("required", ())):
        yield Change(f"{where}.{name}", "the field is newly required")
    for name in before.keys() & after.keys():
        yield from _compare(before[name], after[name], old_root, new_root, f"{where}.{name}")


def _alternatives(old: Schema, new: Schema, old_root: Schema, new_root: Schema, where: str) -> Iterator[Change]:
    before, after = old.get("anyOf", []), new.get("anyOf", [])
    if len(before) != len(after):
        yield Change(where, "the alternatives changed")
        return
    for first, second in zip(before, after, strict=True):
        yield from _compare(first, second, old_root, new_root, where)


def _enums(old: Schema, new: Schema, where: str) -> Iterator[Change]:
    before, after = set(old.get("enum", ())), set(new.get("enum", ()))
    if before - after:
        yield Change(where, "the code list lost a code")
    if before and after - before:
        yield Change(where, "the code list was widened", breaking=False)


def _type(schema: Schema) -> tuple[Any, Any]:
    return schema.get("type"), schema.get("format")


def _resolve(schema: Schema, root: Schema) -> Schema:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found: Schema = root["$defs"][reference.rsplit("/", 1)[-1]]
    return _resolve(found, root)
