"""Imports what our programs import, once, in the process that they are copied from."""

import gc
from importlib import import_module

from local_stack.fork_server import IMPORTED_FIRST

# What is imported stays, so nothing of it is garbage; a copy that looked through it would have to write to every page.
gc.disable()
for _module in IMPORTED_FIRST.values():
    import_module(_module)
gc.freeze()
gc.enable()
