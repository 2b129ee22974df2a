"""Tells the person at the terminal what is going on."""


def say(line: str) -> None:
    """One line, at once: whoever waits should know what for."""
    print(line, flush=True)
