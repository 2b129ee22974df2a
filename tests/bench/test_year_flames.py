"""Stacks that were looked at from outside: named as people look for them, without what is the same in each."""

from pathlib import Path

from bench.year.flames import drawn, read

_BEGINNING = "<module> (triage/__main__.py:3);run (asyncio/runners.py:160);Runner.run (asyncio/runners.py:86)"
LOOKS = f"""\
{_BEGINNING};apply (/x/triage/handlers/cases.py:12) 7
{_BEGINNING};apply (/x/triage/handlers/cases.py:12);find (store.py:9) 2
_worker (concurrent/futures/thread.py:69) 1
"""


def test_a_stack_begins_within_the_loop(tmp_path: Path) -> None:
    file = tmp_path / "looks"
    file.write_text(LOOKS)

    assert read(file) == {
        ("handlers/cases apply",): 7,
        ("handlers/cases apply", "store find"): 2,
        ("futures/thread _worker",): 1,
    }


def test_a_process_that_was_not_looked_at_has_no_picture(tmp_path: Path) -> None:
    assert drawn({"triage-worker": read(tmp_path / "nothing")}) == {}
