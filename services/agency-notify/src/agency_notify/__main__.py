"""``python -m agency_notify api|worker|migrate|reseal``."""

from chassis.run.start import start

if __name__ == "__main__":
    start("agency_notify.program")
