"""Free ports on 127.0.0.1, reserved for as long as this process lives."""

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path
from typing import Final, TextIO

from local_stack.errors import StackError

# Below the range from which systems choose ports for outgoing connections, so that a part that was killed
# finds its port free when it starts again.
_RANGE: Final = range(20_000, 32_000)
_TRIES: Final = 500


class Ports:
    """Takes ports that no other stack on this machine has taken: each is a locked file while we live."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.gettempdir()) / f"frontdoor-ports-{os.getuid()}"
        self._folder.mkdir(exist_ok=True)
        self._held: list[TextIO] = []

    def take(self) -> int:
        """A port that is free now and stays ours. Raises ``StackError`` when none is found."""
        for port in random.sample(_RANGE, _TRIES):
            file = (self._folder / str(port)).open("w")
            if _locked(file) and _free(port):
                self._held.append(file)
                return port
            file.close()
        raise StackError(f"no free port between {_RANGE.start} and {_RANGE.stop} on 127.0.0.1")

    def release(self) -> None:
        """Let others have the ports again."""
        while self._held:
            self._held.pop().close()


def _locked(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
