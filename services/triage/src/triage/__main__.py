"""``python -m triage api|worker|migrate``."""

from chassis.run.start import start

if __name__ == "__main__":
    start("triage.program")
