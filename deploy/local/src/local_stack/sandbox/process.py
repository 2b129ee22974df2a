"""The sandbox as one process of the stack: how it is started, and where it says that it makes its rounds."""

import sys
from pathlib import Path
from typing import Final

from local_stack.children import Command

NAME: Final = "sandbox"


def command(stack_file: Path, port: int) -> Command:
    """Start it beside the services; it reads who can sign in from the stack's own file."""
    return Command([sys.executable, "-m", "local_stack.sandbox", "--stack", stack_file, "--port", str(port)])


def address(port: int) -> str:
    """Where it answers."""
    return f"http://127.0.0.1:{port}"


def health(port: int) -> str:
    """Where it says whether rounds are being made."""
    return f"{address(port)}/health/ready"
