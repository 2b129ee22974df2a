"""Starts a program: the first import of every process, and small, because it decides how the others are made."""

import gc
from importlib import import_module


def start(program: str) -> None:
    """Import the module of this name and run its ``main``.

    What is imported stays, so nothing of it is garbage: to look for garbage meanwhile took a fifth of a start.
    """
    gc.disable()
    main = import_module(program).main
    gc.enable()
    main()
