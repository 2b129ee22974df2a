"""Fetches the files named in ``parts.lock`` once for each machine, and refuses any whose hash differs."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import requests
from jgo.maven import MavenContext

from local_stack.checkout import cache_folder
from local_stack.console import say
from local_stack.errors import StackError

LOCK_FILE: Final = Path(__file__).with_name("parts.lock")
_FETCH_TIMEOUT_SECONDS: Final = 60
_TRIES: Final = 3
_LARGE: Final = 10_000_000  # bytes; such a file is named on its own, so that nobody thinks it hangs
_PASSING: Final = (requests.RequestException, RuntimeError, OSError)  # jgo raises RuntimeError for a refusal


@dataclass(frozen=True)
class Artefact:
    """One locked file: the part it belongs to, its Maven coordinate and its SHA-256."""

    part: str
    group: str
    name: str
    version: str
    classifier: str
    packaging: str
    sha256: str

    @property
    def filename(self) -> str:
        suffix = f"-{self.classifier}" if self.classifier else ""
        return f"{self.name}-{self.version}{suffix}.{self.packaging}"

    @property
    def path(self) -> Path:
        """Where the file lies once fetched; its folder is named for its hash, so versions never mix."""
        return cache_folder() / "artefacts" / self.sha256[:16] / self.filename

    def __str__(self) -> str:
        fields = (self.part, self.group, self.name, self.version, self.classifier or "-", self.packaging, self.sha256)
        return " ".join(fields)


def locked(part: str) -> Sequence[Artefact]:
    """The files of one part, in the order of the lock file."""
    lines = [line for line in LOCK_FILE.read_text().splitlines() if line and not line.startswith("#")]
    return [artefact for artefact in map(_parsed, lines) if artefact.part == part]


def _parsed(line: str) -> Artefact:
    part, group, name, version, classifier, packaging, sha256 = line.split()
    return Artefact(part, group, name, version, "" if classifier == "-" else classifier, packaging, sha256)


def fetched(part: str) -> Sequence[Path]:
    """Paths of all files of ``part``, fetched where missing. Raises ``StackError`` when a hash differs."""
    artefacts = locked(part)
    missing = [artefact for artefact in artefacts if not artefact.path.exists()]
    if missing:
        say(f"fetching {part}: {len(missing)} of {len(artefacts)} files, once for this machine")
    with ThreadPoolExecutor(max_workers=8) as pool:
        paths = list(pool.map(_available, artefacts))
    if missing:
        megabytes = sum(artefact.path.stat().st_size for artefact in missing) / 1_000_000
        say(f"fetched {part}: {megabytes:.0f} MB, every file checked against its hash")
    return paths


def _available(artefact: Artefact) -> Path:
    if not artefact.path.exists():
        _fetch(artefact)
        if artefact.path.stat().st_size >= _LARGE:
            say(f"fetched {artefact.filename} ({artefact.path.stat().st_size / 1_000_000:.0f} MB)")
    found = sha256_of(artefact.path)
    if found != artefact.sha256:
        raise StackError(
            f"{artefact.path} has SHA-256 {found}, but the lock file says {artefact.sha256}: "
            "delete the file and try again; if it stays so, do not use it"
        )
    return artefact.path


def _fetch(artefact: Artefact) -> None:
    """Fetch into a folder of our own, then rename: another checkout never sees half a file."""
    with tempfile.TemporaryDirectory(prefix="incoming-", dir=cache_folder()) as incoming:
        fetched_path = download(artefact, Path(incoming))
        found = sha256_of(fetched_path)
        if found != artefact.sha256:
            raise StackError(
                f"{artefact.filename} was fetched with SHA-256 {found}, but the lock file says {artefact.sha256}: "
                "the repository or the connection cannot be trusted"
            )
        artefact.path.parent.mkdir(parents=True, exist_ok=True)
        os.replace(fetched_path, artefact.path)


def download(artefact: Artefact, folder: Path) -> Path:
    """Fetch without judging the hash. Raises ``StackError`` when the repository does not give the file."""
    for _ in range(_TRIES - 1):
        try:
            return _attempt(artefact, folder)
        except _PASSING:
            say(f"{artefact.filename} did not arrive; trying again")
            shutil.rmtree(folder / artefact.group.split(".")[0], ignore_errors=True)  # half a file counts as present
    try:
        return _attempt(artefact, folder)
    except _PASSING as failure:
        raise StackError(f"{artefact.filename} could not be fetched: {type(failure).__name__}") from failure


def _attempt(artefact: Artefact, folder: Path) -> Path:
    context = MavenContext(repo_cache=folder, timeout=_FETCH_TIMEOUT_SECONDS)
    component = context.project(artefact.group, artefact.name).at_version(artefact.version)
    return Path(component.artifact(artefact.classifier, artefact.packaging).resolve())


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
