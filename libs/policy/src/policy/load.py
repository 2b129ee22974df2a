"""Packs from files: everything that is wrong with them is told at once, with file, line and what to do."""

from collections.abc import Mapping, Sequence
from pathlib import Path as FilePath
from typing import NamedTuple, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from policy.document import Document, Fault, read
from policy.pack import Pack
from policy.references import faults


class Mistake(NamedTuple):
    """One thing to mend, as ``file:line: path: what to do``."""

    file: str
    line: int
    path: str
    advice: str

    def __str__(self) -> str:
        return ": ".join(part for part in (f"{self.file}:{self.line}", self.path, self.advice) if part)


class PackInvalid(Exception):
    """Packs cannot be used; ``mistakes`` holds every reason, in the order of the files."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = tuple(mistakes)


def load_pack(path: FilePath) -> Pack:
    """Read one pack. Raises ``PackInvalid``, or ``OSError`` when the file cannot be read."""
    pack, mistakes = _examine(path)
    if pack is None:
        raise PackInvalid(mistakes)
    return pack


def load_packs(folder: FilePath) -> Mapping[str, Pack]:
    """Read every ``*.yaml`` of a folder, by partnership. Raises ``PackInvalid`` with the mistakes of all files."""
    packs: dict[str, Pack] = {}
    mistakes: list[Mistake] = []
    for path in sorted(folder.glob("*.yaml")):
        pack, found = _examine(path)
        mistakes += found
        if pack is not None:
            packs[pack.partnership] = pack
    if not packs and not mistakes:
        mistakes.append(Mistake(str(folder), 1, "", "holds no pack: add one *.yaml file for each partnership"))
    if mistakes:
        raise PackInvalid(mistakes)
    return packs


def _examine(path: FilePath) -> tuple[Pack | None, list[Mistake]]:
    try:
        document = read(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        return None, [Mistake(path.name, 1, "", "must be saved as UTF-8 text")]
    pack = _pack(document, stem=path.stem)
    mistakes = {
        Mistake(path.name, document.line_of(fault.path), document.describe(fault.path), fault.advice)
        for fault in document.faults
    }
    return (None if mistakes else pack), sorted(mistakes)


def _pack(document: Document, *, stem: str) -> Pack | None:
    """The pack, adding to the document's faults what the models and the cross-references refuse."""
    if document.faults and document.data is None:
        return None
    if not isinstance(document.data, Mapping):
        document.faults.append(Fault((), "must be a pack: keys and values, beginning with partnership"))
        return None
    document.faults += faults(document.data)
    if document.data.get("partnership") != stem:
        document.faults.append(Fault(("partnership",), f'must be "{stem}", the name of its file'))
    try:
        return Pack.model_validate(document.data)
    except ValidationError as error:
        document.faults += [_fault(details) for details in error.errors(include_url=False)]
        return None


def _fault(details: ErrorDetails) -> Fault:
    path = tuple(step for step in details["loc"] if step != "[key]")
    return Fault(path, _advice(details))


def _advice(details: ErrorDetails) -> str:
    """Pydantic's finding as an instruction."""
    context = cast("Mapping[str, object]", details.get("ctx") or {})
    match details["type"]:
        case "missing":
            return "is missing: add it"
        case "extra_forbidden":
            return "is not a key of a pack here: remove it or correct its spelling"
        case "greater_than":
            return f"must be greater than {context['gt']:g}"
        case "enum":
            return f"must be one of {context['expected']}"
        case "string_type":
            return 'must be text: put it in quotes ("…")'
        case "int_parsing" | "int_type" | "float_parsing" | "float_type":
            return "must be a number"
        case "value_error":
            return str(context["error"])
        case _:
            return details["msg"].replace("Input should", "must").replace("String should", "must")
