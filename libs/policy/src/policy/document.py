"""A pack file as plain data that remembers on which line each value stands."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import yaml

Path = tuple[str | int, ...]
_NAMED_BY = ("code", "outcome", "level", "stage", "record_class", "name", "rating", "channel")
_DEEPEST = 100


class Fault(NamedTuple):
    """Something to mend: where in the document, and what to do."""

    path: Path
    advice: str


@dataclass
class Document:
    """``lines`` holds the 1-based line of every value, by its path."""

    data: object = None
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def line_of(self, path: Path) -> int:
        """The line of a value, or of the nearest thing around it that exists."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)

    def describe(self, path: Path) -> str:
        """The path as a person reads it: list items by their name or code, else by number from 1."""
        words, value = [], self.data
        for step in path:
            value = _child(value, step)
            words.append(_label(step, value))
        return ".".join(words)


def read(text: str) -> Document:
    """Parse YAML. A broken file gives a document whose only content is its fault.

    Plain scalars mean what they look like: only true and false are booleans, dates stay text.
    """
    document = Document()
    try:
        _refuse_depth(text)
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
        document.data = None if root is None else _value(root, (), document)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return _unreadable(error.problem or str(error.context), line=mark.line + 1 if mark else 1)
    except yaml.YAMLError:
        return _unreadable("it holds a character that is not allowed", line=1)
    except RecursionError:
        return _unreadable("it nests too deeply, or an alias holds itself", line=1)
    return document


def _refuse_depth(text: str) -> None:
    """Raises ``RecursionError`` before libyaml would nest as deep as the file says: it ends the process beyond some."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise RecursionError


def _unreadable(why: str, *, line: int) -> Document:
    return Document(lines={(): line}, faults=[Fault((), f"cannot be read as YAML: {why}")])


def walk(value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Every value of a tree with its path, parents first."""
    yield path, value
    children: Iterator[tuple[str | int, object]] = iter(())
    if isinstance(value, Mapping):
        children = iter(value.items())
    elif isinstance(value, list):
        children = iter(enumerate(value))
    for step, child in children:
        yield from walk(child, (*path, step))


def _value(node: yaml.Node, path: Path, document: Document) -> object:
    document.lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, document)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, place), document) for place, item in enumerate(node.value)]
    return _scalar(node)


def _mapping(node: yaml.MappingNode, path: Path, document: Document) -> dict[str, object]:
    found: dict[str, object] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        at = (*path, key)
        if key in found:
            again = key_node.start_mark.line + 1
            document.faults.append(Fault(at, f"is given again on line {again}: keep one of them"))
            continue
        found[key] = _value(value_node, at, document)
        document.lines[at] = key_node.start_mark.line + 1
    return found


def _scalar(node: yaml.Node) -> object:
    text = str(node.value)
    match node.tag.rpartition(":")[2]:
        case "null":
            return None
        case "bool" if text in ("true", "false"):
            return text == "true"
        case "int" if re.fullmatch(r"[+-]?[0-9]+", text):
            return int(text)
        case "float" if re.fullmatch(r"[+-]?[0-9]+\.[0-9]+", text):
            return float(text)
        case _:
            return text


def _child(value: object, step: str | int) -> object:
    if isinstance(value, Mapping):
        return value.get(str(step))
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return None


def _label(step: str | int, value: object) -> str:
    if isinstance(step, str):
        return step
    if isinstance(value, Mapping):
        names = (value.get(key) for key in _NAMED_BY)
        return str(next((name for name in names if isinstance(name, str | int)), step + 1))
    return str(step + 1)
