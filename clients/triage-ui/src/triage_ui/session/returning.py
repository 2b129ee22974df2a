"""Where somebody goes on after signing in or after an act: a path of ours, never another site."""

import re
from typing import Final

HOME: Final = "/"
_LONGEST: Final = 400
_PATH: Final = re.compile(r"/(?:[A-Za-z0-9_.~-]+/?)*(?:\?[A-Za-z0-9_.~=&%+-]*)?")


def safe_path(asked: str | None) -> str:
    """``asked`` when it is a plain path of this site, else the first page.

    ``//host``, ``/\\host``, ``https:…``, control characters, dots that climb and everything that a browser might read
    as another site are refused by a list of what is allowed.
    """
    if not asked or len(asked) > _LONGEST or not _PATH.fullmatch(asked):
        return HOME
    return HOME if ".." in asked.partition("?")[0] else asked
