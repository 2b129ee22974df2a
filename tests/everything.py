"""Every test, in two runs side by side and one after them: ``python -m tests.everything`` (what ``make test`` runs).

One computes, the other mostly waits for what its stacks do, so that neither leaves a core idle for long. The last
measures how long people wait, so that nothing else may run beside it.
"""

import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from tempfile import TemporaryFile
from typing import IO, Final

from local_stack.checkout import ROOT

MEMBERS: Final = ("-n", "2", "--plans", "libs", "services", "clients", "deploy")
STACKS: Final = ("-n", "3", "tests", "--ignore=tests/flood")
ALONE: Final = ("-n", "0", "tests/flood")
_PYTEST: Final = (sys.executable, "-m", "pytest", "--dist", "loadfile", "--no-loadscope-reorder")


def run(shown: Sequence[str], kept: Sequence[str], alone: Sequence[str]) -> int:
    """Run pytest with two lists of arguments at once and then with the third; 0 when all passed, else 1.

    The output of the first is shown as it comes, the second's when both have ended, so that neither cuts the other up.
    """
    with TemporaryFile() as output:
        other = subprocess.Popen([*_PYTEST, *kept], cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
        try:
            failed = subprocess.run([*_PYTEST, *shown], cwd=ROOT).returncode
        finally:  # Ctrl-C reaches both, and each ends its servers
            failed_too = other.wait()
            _show(output)
    failed_alone = subprocess.run([*_PYTEST, *alone], cwd=ROOT).returncode
    return int(any((failed, failed_too, failed_alone)))


def _show(output: IO[bytes]) -> None:
    sys.stdout.flush()
    output.seek(0)
    shutil.copyfileobj(output, sys.stdout.buffer)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    try:
        raise SystemExit(run(STACKS, MEMBERS, ALONE))
    except KeyboardInterrupt:
        raise SystemExit(128 + signal.SIGINT) from None
