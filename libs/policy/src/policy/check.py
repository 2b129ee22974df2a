"""``python -m policy.check partnerships/``: say whether packs can be used, or all that is wrong with them."""

import sys
from pathlib import Path
from typing import TextIO

from policy.endings import what_to_do
from policy.load import PackInvalid, load_packs
from policy.packs import Packs


def check(folder: Path, *, out: TextIO, err: TextIO) -> int:
    """0 when every pack can be used, 1 when not, 2 when the folder cannot be read.

    A last version that ends is a warning and changes no exit code: its end may be meant, and may be far away.
    """
    try:
        packs = load_packs(folder)
    except PackInvalid as invalid:
        print(invalid, file=err)
        return 1
    except OSError as error:
        print(f"{folder}: cannot be read: {error.strerror}", file=err)
        return 2
    for partnership in packs.partnerships:
        for pack in packs.versions(partnership):
            print(f"OK {partnership} {pack.version} {pack.version_id}", file=out)
    _warn(packs, err)
    return 0


def _warn(packs: Packs, err: TextIO) -> None:
    for partnership, (last_day, written) in packs.unfollowed.items():
        advice = f"no version follows {last_day}: {what_to_do(partnership, last_day)}"
        print(f"WARNING {written}: effective_until: {advice}", file=err)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Name the folder of packs: python -m policy.check partnerships/")
    sys.exit(check(Path(sys.argv[1]), out=sys.stdout, err=sys.stderr))
