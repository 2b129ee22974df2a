"""The stand-alone verifier, run as a process of its own."""

import socket
from pathlib import Path

import pytest

from frontdoor.errors import Unreachable, Wrong
from frontdoor.verify import read_report


async def test_a_log_that_does_not_answer_is_unreachable() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused

        with pytest.raises(Unreachable, match="Could not check"):
            await read_report(f"http://127.0.0.1:{unused.getsockname()[1]}")


async def test_a_log_whose_checkpoint_is_not_signed_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "checkpoint").write_text("frontdoor.example.org/local\n0\n\n")
    (tmp_path / "key").write_text("frontdoor.example.org/local+00000000+AAAA")

    with pytest.raises(Wrong, match="Not verified"):
        await read_report(str(tmp_path))
