"""``python -m triage_ui api|migrate``."""

from chassis.run.start import start

if __name__ == "__main__":
    start("triage_ui.program")
