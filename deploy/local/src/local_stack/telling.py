"""Tells the person at the terminal what is being done."""


def say(text: str) -> None:
    """One line, at once: whoever waits should know what for."""
    print(text, flush=True)
