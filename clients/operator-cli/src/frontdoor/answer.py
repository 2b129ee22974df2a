"""What a command found: the same for machines and for people."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.console import Console, RenderableType
from rich.table import Table

from frontdoor.errors import GOOD

_WIDTH_WHEN_PIPED: Final = 160


@dataclass(frozen=True)
class Answer:
    """``data`` is what ``--json`` prints, ``shown`` what a person reads, ``exit_code`` how the process ends."""

    data: Any
    shown: tuple[RenderableType, ...]
    exit_code: int = GOOD


def tell(answer: Answer, *, as_json: bool) -> None:
    """Print an answer on standard output."""
    if as_json:
        print(json.dumps(answer.data, ensure_ascii=False))
        return
    show(*answer.shown)


def tell_failure(line: str, *, as_json: bool) -> None:
    """Print why there is no answer, in one line: for machines where they read, for people on standard error."""
    if as_json:
        print(json.dumps({"problem": line}, ensure_ascii=False))
    else:
        sys.stderr.write(line + "\n")


def show(*what: RenderableType) -> None:
    """Print for people; tables are not squeezed into 80 columns when the output goes elsewhere.

    Lines are left as they are, however narrow the terminal: a command that is cut in two cannot be copied.
    """
    console = Console(width=None if sys.stdout.isatty() else _WIDTH_WHEN_PIPED, highlight=False, markup=False)
    for each in what:
        console.print(each, soft_wrap=isinstance(each, str))


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    """A plain table; numbers stand on the right."""
    made = Table(title=title, title_justify="left", title_style="bold")
    for position, name in enumerate(columns):
        numbers = bool(rows) and all(isinstance(row[position], int) for row in rows)
        made.add_column(name, justify="right" if numbers else "left", overflow="fold")
    for row in rows:
        made.add_row(*(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row))
    return made
