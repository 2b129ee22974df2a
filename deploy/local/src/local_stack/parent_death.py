"""Ends a process with its parent, which only Linux can be asked for."""

import ctypes
import os
import signal
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
LIBC: Final = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with(parent: int, sent: signal.Signals) -> None:
    """Called in the child: the kernel sends it this signal when ``parent`` is gone. Does nothing elsewhere."""
    if LIBC is None:
        return
    LIBC.prctl(_PR_SET_PDEATHSIG, int(sent))
    if os.getppid() != parent:  # the parent died before the call above: nobody will send the signal
        os._exit(1)
