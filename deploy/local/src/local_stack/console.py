"""Says at the terminal what is being done."""

import sys


def say(text: str) -> None:
    """One line, at once and in one piece, since several threads speak."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
