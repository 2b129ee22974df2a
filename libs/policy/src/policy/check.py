"""``python -m policy.check partnerships/``: say whether packs can be used, or all that is wrong with them."""

import sys
from pathlib import Path
from typing import TextIO

from policy.load import PackInvalid, load_packs


def check(folder: Path, *, out: TextIO, err: TextIO) -> int:
    """0 when every pack can be used, 1 when not, 2 when the folder cannot be read."""
    try:
        packs = load_packs(folder)
    except PackInvalid as invalid:
        print(invalid, file=err)
        return 1
    except OSError as error:
        print(f"{folder}: cannot be read: {error.strerror}", file=err)
        return 2
    for partnership, pack in packs.items():
        print(f"OK {partnership} {pack.version} {pack.version_id}", file=out)
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Name the folder of packs: python -m policy.check partnerships/")
    sys.exit(check(Path(sys.argv[1]), out=sys.stdout, err=sys.stderr))
