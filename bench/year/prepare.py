"""Writes a year's referrals to a file in a process of its own, before anything is measured.

Run as ``python -m bench.year.prepare --count 6330 --seed 1 --out FILE``.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.processes import ROOT
from bench.year.referrals import Prepared, Year


def prepared(folder: Path, *, count: int, seed: int) -> Path:
    """The file, once it is written. Raises ``CalledProcessError``."""
    path = folder / "referrals.jsonl"
    options = ["--count", str(count), "--seed", str(seed), "--out", str(path)]
    subprocess.run([sys.executable, "-m", "bench.year.prepare", *options], cwd=ROOT, check=True)
    return path


def read(path: Path) -> Iterator[Prepared]:
    """The referrals of a file, one by one: a year of them does not fit into a sender."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield Prepared.read(line)


def main() -> None:
    """Write them."""
    parser = argparse.ArgumentParser(prog="python -m bench.year.prepare")
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    with chosen.out.open("w", encoding="utf-8") as file:
        file.writelines(referral.line() for referral in Year(chosen.seed).referrals(chosen.count))


if __name__ == "__main__":
    main()
