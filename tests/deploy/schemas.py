"""Strict JSON schemas for kubeconform, made from what Kubernetes and the operators publish; none is committed."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml


def write_kubernetes(swagger: Path, folder: Path) -> None:
    """A schema of each kind of Kubernetes itself, which stands alone: with all that it refers to."""
    definitions = {name: strict(each) for name, each in json.loads(swagger.read_text())["definitions"].items()}
    refers = {name: re.findall(r'"#/definitions/([^"]+)"', json.dumps(each)) for name, each in definitions.items()}
    for name, definition in definitions.items():
        if name.endswith(("DeleteOptions", "WatchEvent")):
            continue
        for kind in definition.get("x-kubernetes-group-version-kind", []):
            content = {"$ref": f"#/definitions/{name}", "definitions": _closure(name, definitions, refers)}
            _write(folder, kind["kind"], kind["group"], kind["version"], content)


def write_custom(files: Iterable[Path], folder: Path) -> None:
    """A schema of each version of the kinds that CustomResourceDefinitions add."""
    for file in files:
        for found in yaml.load_all(file.read_text(), Loader=_Loader):
            spec = found["spec"]
            for version in spec["versions"]:
                schema = strict(version["schema"]["openAPIV3Schema"])
                known: dict[str, Any] = {name: {"type": "string"} for name in ("apiVersion", "kind")}
                schema["properties"] |= known | {"metadata": {"type": "object"}}
                _write(folder, spec["names"]["kind"], spec["group"], version["name"], schema)


def strict(value: Any) -> Any:
    """No unknown fields, unless they are said to be kept; a number or a text where either will do."""
    if isinstance(value, list):
        return [strict(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("format") == "int-or-string" or value.get("x-kubernetes-int-or-string"):
        return {"oneOf": [{"type": "string"}, {"type": "integer"}]}
    made = {key: strict(each) for key, each in value.items()}
    open_ended = "additionalProperties" in made or made.get("x-kubernetes-preserve-unknown-fields")
    if isinstance(made.get("properties"), dict) and not open_ended:
        made["additionalProperties"] = False
    return made


class _Loader(yaml.SafeLoader):
    """Some definitions have a bare ``=`` among their values."""


_Loader.add_constructor("tag:yaml.org,2002:value", lambda _, node: node.value)


def _closure(name: str, definitions: Mapping[str, Any], refers: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    waiting = [name]
    while waiting:
        next_ = waiting.pop()
        if next_ not in found:
            found[next_] = definitions[next_]
            waiting += refers[next_]
    return found


def _write(folder: Path, kind: str, group: str, version: str, content: Any) -> None:
    """Named as kubeconform looks for it: the kind, the first word of the group, the version."""
    first = f"{group.split('.')[0]}-" if group else ""
    (folder / f"{kind.lower()}-{first}{version}.json").write_text(json.dumps(content))
