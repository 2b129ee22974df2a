"""The check command: what it prints and how it exits."""

import subprocess
import sys
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from pack_versions import write_version

from policy.check import check
from policy.load import load_packs

PARTNERSHIPS = Path(__file__).parents[3] / "partnerships"


def test_good_packs_are_named_with_their_version_ids() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "policy.check", str(PARTNERSHIPS)], capture_output=True, text=True, timeout=60
    )

    packs = load_packs(PARTNERSHIPS)
    ids = [packs.versions(partnership)[0].version_id for partnership in packs.partnerships]
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["OK", "OK"]
    assert [line.split()[-1] for line in done.stdout.splitlines()] == ids


def test_mistakes_go_to_the_error_stream_with_exit_code_one(tmp_path: Path) -> None:
    (tmp_path / "wandsworth.yaml").write_text("partnership: wandsworth\n", encoding="utf-8")
    out, err = StringIO(), StringIO()

    code = check(tmp_path, out=out, err=err)

    assert (code, out.getvalue()) == (1, "")
    assert "wandsworth.yaml:1: clocks: is missing: add it" in err.getvalue().splitlines()


def test_a_last_version_that_ends_is_a_warning_with_its_place_and_what_to_do(tmp_path: Path) -> None:
    path = write_version(tmp_path, "wandsworth.yaml", date(2026, 11, 1), date(2027, 3, 31))
    line = path.read_text("utf-8").split("effective_until")[0].count("\n") + 1
    out, err = StringIO(), StringIO()

    code = check(tmp_path, out=out, err=err)

    assert code == 0
    assert out.getvalue().startswith("OK wandsworth")
    assert err.getvalue() == (
        f"WARNING wandsworth.yaml:{line}: effective_until: no version follows 2027-03-31: "
        "Add wandsworth.2027-04-01.yaml with effective_from: 2027-04-01, or let the last version end later\n"
    )


def test_a_gap_between_versions_is_a_mistake(tmp_path: Path) -> None:
    write_version(tmp_path, "wandsworth.yaml", date(2026, 11, 1), date(2027, 3, 31))
    write_version(tmp_path, "wandsworth.2027.yaml", date(2027, 5, 1))
    err = StringIO()

    code = check(tmp_path, out=StringIO(), err=err)

    assert code == 1
    assert "no version is in force from 2027-04-01 to 2027-04-30" in err.getvalue()


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
