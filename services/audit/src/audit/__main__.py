"""``python -m audit api|worker|migrate|another-log``."""

from chassis.run.start import start

if __name__ == "__main__":
    start("audit.program")
