"""The published API documents, one for each service: ``python -m tests.contract.api_documents [--check] FOLDER``.

Generated from the routes; with ``--check`` it exits 1 and names what is stale.
"""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.contract.services import SERVICES, key_in, service_of

Document = dict[str, Any]


def documents() -> dict[str, Document]:
    """The document of every service, by name."""
    with TemporaryDirectory() as folder:
        key_file = key_in(Path(folder))
        return {name: service_of(name, key_file).app.openapi() for name in SERVICES}


def generated() -> dict[str, str]:
    """File name -> text of every document."""
    return {f"{name}.json": _text(document) for name, document in documents().items()}


def stale(folder: Path) -> list[Path]:
    """Documents that are missing, changed by hand or left over."""
    wanted = generated()
    left_over = {path.name for path in folder.glob("*.json")} - set(wanted)
    changed = {name for name, text in wanted.items() if not _holds(folder / name, text)}
    return sorted(folder / name for name in changed | left_over)


def write(folder: Path) -> None:
    """Bring the documents up to date."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in stale(folder):
        path.unlink(missing_ok=True)
    for name, text in generated().items():
        (folder / name).write_text(text, "utf-8")


def main(arguments: list[str]) -> int:
    """0 when written or fresh, 1 when something is stale, 2 when called wrongly."""
    match arguments:
        case [folder]:
            write(Path(folder))
            return 0
        case ["--check", folder]:
            found = stale(Path(folder))
            for path in found:
                sys.stderr.write(f"{path} is stale. Run: make schemas\n")
            return 1 if found else 0
        case _:
            sys.stderr.write("usage: python -m tests.contract.api_documents [--check] FOLDER\n")
            return 2


def _text(document: Document) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _holds(path: Path, text: str) -> bool:
    return path.exists() and path.read_text("utf-8") == text


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
