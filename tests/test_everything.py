"""Every part of the tests counts, and what one says does not cut another up."""

import re
from pathlib import Path

import pytest

from tests.everything import run

PASSES = "def test_it(): print('passing is said')"
FAILS = "def test_it(): assert False, 'failing is said'"


def part(folder: Path, test: str) -> list[str]:
    """A run of its own, without this checkout's settings."""
    folder.mkdir()
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_part.py").write_text(test)
    return ["-n", "0", "-s", str(folder)]


@pytest.mark.parametrize("fails", [None, 0, 1, 2])
def test_all_is_well_when_every_part_passes(tmp_path: Path, fails: int | None) -> None:
    parts = [part(tmp_path / str(nth), FAILS if nth == fails else PASSES) for nth in range(3)]

    assert run(*parts) == int(fails is not None)


def test_each_part_is_shown_whole_after_the_one_before(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run(*(part(tmp_path / str(nth), test) for nth, test in enumerate((PASSES, FAILS, PASSES))))

    out = capfd.readouterr().out
    starts = [place.start() for place in re.finditer("test session starts", out)]
    ends = [place.start() for place in re.finditer("1 (passed|failed)", out) if "=" in out[place.end() :][:30]]
    assert len(starts) == len(ends) == 3
    assert sorted([*starts, *ends]) == [place for pair in zip(starts, ends, strict=True) for place in pair]
