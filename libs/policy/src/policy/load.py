"""Packs from files: everything that is wrong with them is reported at once, with file, line and what to do."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path as FilePath
from typing import Final, NamedTuple, cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from policy.document import Document, Fault, read
from policy.pack import Pack
from policy.packs import Packs
from policy.references import faults
from policy.timeline import misfit

FILES_KEPT: Final = 32
"""To examine a file takes a hundred times as long as to read it, and several services of one process read the same."""


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


def load_packs(folder: FilePath) -> Packs:
    """Read every ``*.yaml`` of a folder: one file for each version of each partnership's pack.

    Raises ``PackInvalid`` with the mistakes of all files, and ``OSError`` when one cannot be read. Versions are
    compared once every file is good by itself.
    """
    read_files = [_read(path) for path in sorted(folder.glob("*.yaml"))]
    mistakes = [mistake for file in read_files for mistake in file.mistakes]
    versions = [_Version(file.name, file.document, file.pack) for file in read_files if file.pack is not None]
    if not mistakes:
        mistakes += _misfits(versions)
    if not read_files:
        mistakes.append(Mistake(str(folder), 1, "", "holds no pack: add one *.yaml file for each partnership"))
    if mistakes:
        raise PackInvalid(mistakes)
    return Packs((version.pack for version in versions), written=_ends(versions))


class _File(NamedTuple):
    """A file as it was read. ``pack`` is None when there is any mistake in it."""

    name: str
    document: Document
    pack: Pack | None
    mistakes: Sequence[Mistake]


class _Version(NamedTuple):
    """A file that holds one version, without a mistake of its own."""

    name: str
    document: Document
    pack: Pack

    def line_of(self, key: str) -> int:
        return self.document.line_of((key,))


def _read(path: FilePath) -> _File:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return _File(path.name, Document(), None, [Mistake(path.name, 1, "", "must be saved as UTF-8 text")])
    return _examine(path.name, text)


@lru_cache(maxsize=FILES_KEPT)
def _examine(name: str, text: str) -> _File:
    """What is found in a file depends on its name and its text alone, and nobody changes it afterwards."""
    document = read(text)
    pack = _pack(document, partnership=name.partition(".")[0])
    mistakes = {
        Mistake(name, document.line_of(fault.path), document.describe(fault.path), fault.advice)
        for fault in document.faults
    }
    return _File(name, document, None if mistakes else pack, sorted(mistakes))


def _misfits(versions: Sequence[_Version]) -> Iterator[Mistake]:
    """Days that two versions of one partnership claim, or none of them although there are some before and after."""
    for ordered in _by_partnership(versions).values():
        for earlier, later in pairwise(ordered):
            advice = misfit(earlier.pack, later.pack, earlier.name)
            if advice is not None:
                yield Mistake(later.name, later.line_of("effective_from"), "effective_from", advice)


def _ends(versions: Sequence[_Version]) -> Mapping[str, str]:
    """Where the end of each partnership's last version is written."""
    last = {partnership: ordered[-1] for partnership, ordered in _by_partnership(versions).items()}
    return {partnership: f"{each.name}:{each.line_of('effective_until')}" for partnership, each in last.items()}


def _by_partnership(versions: Sequence[_Version]) -> Mapping[str, Sequence[_Version]]:
    """Versions by partnership, the earliest first."""
    grouped: dict[str, list[_Version]] = {}
    for version in sorted(versions, key=lambda version: version.pack.effective_from):
        grouped.setdefault(version.pack.partnership, []).append(version)
    return grouped


def _pack(document: Document, *, partnership: str) -> Pack | None:
    """The pack, adding to the document's faults what the models and the cross-references refuse."""
    if document.faults and document.data is None:
        return None
    if not isinstance(document.data, Mapping):
        document.faults.append(Fault((), "must be a pack: keys and values, beginning with partnership"))
        return None
    document.faults += faults(document.data)
    if document.data.get("partnership") != partnership:
        advice = f'must be "{partnership}", the name of its file up to the first full stop'
        document.faults.append(Fault(("partnership",), advice))
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
