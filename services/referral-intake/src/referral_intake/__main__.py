"""``python -m referral_intake api|worker|migrate``."""

from chassis.run.start import start

if __name__ == "__main__":
    start("referral_intake.program")
