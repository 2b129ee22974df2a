"""The check command: what it prints and how it exits."""

import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from policy.check import check
from policy.load import load_packs

PARTNERSHIPS = Path(__file__).parents[3] / "partnerships"


def test_good_packs_are_named_with_their_version_ids() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "policy.check", str(PARTNERSHIPS)], capture_output=True, text=True, timeout=60
    )

    ids = [pack.version_id for pack in load_packs(PARTNERSHIPS).values()]
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["OK", "OK"]
    assert [line.split()[-1] for line in done.stdout.splitlines()] == ids


def test_mistakes_go_to_the_error_stream_with_exit_code_one(tmp_path: Path) -> None:
    (tmp_path / "wandsworth.yaml").write_text("partnership: wandsworth\n", encoding="utf-8")
    out, err = StringIO(), StringIO()

    code = check(tmp_path, out=out, err=err)

    assert (code, out.getvalue()) == (1, "")
    assert "wandsworth.yaml:1: clocks: is missing: add it" in err.getvalue().splitlines()


def test_a_pack_that_cannot_be_opened_is_one_clear_line_with_exit_code_two(tmp_path: Path) -> None:
    (tmp_path / "wandsworth.yaml").mkdir()
    err = StringIO()

    code = check(tmp_path, out=StringIO(), err=err)

    assert code == 2
    assert err.getvalue().count("\n") == 1
    assert "cannot be read" in err.getvalue()


@pytest.mark.parametrize("arguments", [[], ["one", "two"]])
def test_a_wrong_number_of_arguments_says_how_to_call_it(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "policy.check", *arguments], capture_output=True, text=True, timeout=60
    )

    assert done.returncode != 0
    assert "python -m policy.check partnerships/" in done.stderr
