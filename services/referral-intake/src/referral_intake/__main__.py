"""``python -m referral_intake api|worker|migrate``."""

from chassis.run.service import Program
from policy.load import PackInvalid
from referral_intake.main import build
from referral_intake.model import SERVICE
from referral_intake.settings import Settings

PROGRAM = Program("referral_intake", SERVICE, Settings, build, (PackInvalid,))

if __name__ == "__main__":
    PROGRAM.main()
