"""A process reads its program quickly: without the collector, and without libraries that only one command needs."""

import gc
import subprocess
import sys
from pathlib import Path

import pytest

from chassis.run.start import start

PROGRAM = """
import gc
seen = [gc.isenabled()]
def main():
    seen.append(gc.isenabled())
"""
NEEDED_BY_ONE_COMMAND = ("alembic", "mako", "opentelemetry.exporter")
LOADED = f"""
import sys
import chassis.run.service
print([name for name in sys.modules if name.startswith({NEEDED_BY_ONE_COMMAND!r})])
"""


def test_the_collector_rests_while_a_program_is_read_and_works_while_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "program_that_looks.py").write_text(PROGRAM)
    monkeypatch.syspath_prepend(str(tmp_path))

    start("program_that_looks")

    assert sys.modules.pop("program_that_looks").seen == [False, True]
    assert gc.isenabled()


def test_a_service_is_read_without_what_only_migrating_or_exporting_needs() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
