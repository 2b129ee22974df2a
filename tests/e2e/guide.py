"""Reads docs/partners.md as a developer would: saves its files, runs its commands in order, compares what it shows."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

PAGE: Final = Path(__file__).parents[2] / "docs" / "partners.md"

_BLOCK: Final = re.compile(r"^```(\w+)(?: ([\w.-]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SAME_KIND: Final = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<id>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"), "<time>"),
    (re.compile(r"\b[A-Z]{3}-[0-9A-Z]{4}-[0-9A-Z]{4}\b"), "<reference>"),
)
"""What is another one each time."""
_WHATEVER: Final = "…"


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, and a file's name, ``answer``, ``not-run`` or nothing."""

    number: int
    language: str
    label: str
    text: str
    before: str

    @property
    def is_file(self) -> bool:
        """Whether the reader is to save it."""
        return "." in self.label

    @property
    def is_command(self) -> bool:
        """Whether the reader is to run it."""
        return self.language == "sh" and not self.label


def blocks(page: str) -> Iterator[Block]:
    """Every block of a page in order, each with the text between it and the one before."""
    end = 0
    for number, found in enumerate(_BLOCK.finditer(page)):
        yield Block(number, found[1], found[2] or "", found[3], page[end : found.start()])
        end = found.end()


@dataclass(frozen=True)
class Reader:
    """Somebody who follows the page in an empty folder, with the variables that they were given."""

    folder: Path
    outputs: Path
    environment: Mapping[str, str]
    seconds: float

    def follow(self, page: str) -> str:
        """Do all that the page says, in one shell. Returns what went wrong, with the last lines; empty when nothing."""
        script = self.outputs / "script.sh"
        script.write_text("\n".join(self._script(page)))
        log = self.outputs / "errors.txt"
        with log.open("wb") as errors:
            shell = subprocess.Popen(
                ["bash", str(script)],
                cwd=self.folder,
                env={**os.environ, **self.environment},
                stdout=errors,
                stderr=errors,
                start_new_session=True,
            )
            try:
                code = shell.wait(self.seconds)
            except subprocess.TimeoutExpired:
                code = -1
            finally:
                _end_all(shell.pid)
        return "" if code == 0 else f"ended with {code} in block {self._last()}:\n{log.read_text()[-3000:]}"

    def shown(self, number: int) -> str:
        """What the command in a block printed."""
        return (self.outputs / f"{number}.txt").read_text()

    def _script(self, page: str) -> Iterator[str]:
        yield "set -euo pipefail"
        for block in blocks(page):
            if block.is_file:
                saved = self.outputs / block.label
                saved.write_text(block.text)
                yield f"cp '{saved}' '{block.label}'"
            elif block.is_command:
                yield f"{{\n{block.text}\n}} > '{self.outputs}/{block.number}.txt'"

    def _last(self) -> int:
        return max((int(file.stem) for file in self.outputs.glob("[0-9]*.txt")), default=-1)


def _end_all(group: int) -> None:
    """The shell and whatever it left in the background; the group is ours, since the shell began it."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def json_in(text: str) -> Any:
    """The JSON object that stands in what a command printed. Raises ``ValueError`` when there is none."""
    start = re.search(r"^\{", text, re.MULTILINE)
    if start is None:
        raise ValueError(f"no JSON in {text!r}")
    return json.JSONDecoder().raw_decode(text[start.start() :])[0]


def differences(shown: Any, actual: Any, place: str = "") -> Iterator[str]:
    """Where an answer is not as the page shows it. The page may leave fields, and the end of a list, away."""
    match shown, actual:
        case dict(), dict():
            yield from _of_objects(shown, actual, place)
        case list(), list():
            yield from _of_lists(shown, actual, place)
        case str(), str() if re.fullmatch(_pattern(shown), _alike(actual), re.DOTALL):
            return
        case _ if shown != actual:
            yield f"{place} is {actual!r}"


def _of_objects(shown: Mapping[str, Any], actual: Mapping[str, Any], place: str) -> Iterator[str]:
    for name, value in shown.items():
        if name in actual:
            yield from differences(value, actual[name], f"{place}/{name}")
        else:
            yield f"{place}/{name} is not there"


def _of_lists(shown: Sequence[Any], actual: Sequence[Any], place: str) -> Iterator[str]:
    if len(shown) > len(actual) or (not shown and actual):
        yield f"{place} has {len(actual)} entries"
    for at, (one, other) in enumerate(zip(shown, actual, strict=False)):
        yield from differences(one, other, f"{place}/{at}")


def _pattern(shown: str) -> str:
    return re.escape(_alike(shown)).replace(_WHATEVER, ".*")


def _alike(text: str) -> str:
    for pattern, name in _SAME_KIND:
        text = pattern.sub(name, text)
    return text
