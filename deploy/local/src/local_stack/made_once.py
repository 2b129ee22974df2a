"""Things that take long to make are made once for each machine, also when two checkouts want them at once."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from local_stack.checkout import cache_folder
from local_stack.console import say


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """The cached file or folder ``name``; ``make(draft)`` writes it when missing.

    The draft is renamed into place when whole, so a made thing that exists is complete. The lock only spares a
    second checkout the work: it waits for the first.
    """
    made = cache_folder() / "made" / name
    if made.exists():
        return made
    made.parent.mkdir(exist_ok=True)
    with made.with_name(f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            say(f"preparing {name} (once for this machine)")
            _make(made, make)
    return made


def _make(made: Path, make: Callable[[Path], None]) -> None:
    workshop = Path(tempfile.mkdtemp(prefix="draft-", dir=made.parent))
    try:
        draft = workshop / made.name
        make(draft)
        os.rename(draft, made)
    finally:
        shutil.rmtree(workshop)
