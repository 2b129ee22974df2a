"""Where things lie: in this checkout, and in the cache that all checkouts of one user share."""

import os
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[4]
REALM_FILE: Final = ROOT / "deploy" / "keycloak" / "realm.json"
CACHE_FILE: Final = ROOT / "deploy" / "keycloak" / "cache.xml"
PARTNERSHIPS_FOLDER: Final = ROOT / "partnerships"
STACK_FOLDER: Final = ROOT / ".frontdoor"


def cache_folder() -> Path:
    """``$XDG_CACHE_HOME/frontdoor``, or ``~/.cache/frontdoor``; made when missing."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "frontdoor"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
