"""Both halves of the tests count, and what one says does not cut the other up."""

from pathlib import Path

import pytest

from tests.everything import run

PASSES = "def test_it(): print('passing is said')"
FAILS = "def test_it(): assert False, 'failing is said'"


def half(folder: Path, test: str) -> list[str]:
    """A run of its own, without this checkout's settings."""
    folder.mkdir()
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_half.py").write_text(test)
    return ["-n", "0", "-s", str(folder)]


@pytest.mark.parametrize(("shown", "kept", "code"), [(PASSES, PASSES, 0), (FAILS, PASSES, 1), (PASSES, FAILS, 1)])
def test_all_is_well_when_both_halves_pass(tmp_path: Path, shown: str, kept: str, code: int) -> None:
    assert run(half(tmp_path / "shown", shown), half(tmp_path / "kept", kept)) == code


def test_the_second_half_is_shown_whole_after_the_first(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run(half(tmp_path / "shown", PASSES), half(tmp_path / "kept", FAILS))

    out = capfd.readouterr().out
    assert out.index("1 passed") < out.index("test session starts", out.index("1 passed")) < out.index("1 failed")
