"""What ``python -m referral_intake`` runs: the service, and what its processes are called."""

from chassis.run.service import Program
from policy.load import PackInvalid
from referral_intake.main import build
from referral_intake.model import SERVICE
from referral_intake.settings import Settings

main = Program("referral_intake", SERVICE, Settings, build, (PackInvalid,)).main
