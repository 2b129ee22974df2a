"""``python -m triage api|worker|migrate``."""

from chassis.run.service import Program
from policy.load import PackInvalid
from triage.main import build
from triage.model import SERVICE
from triage.settings import Settings

PROGRAM = Program("triage", SERVICE, Settings, build, (PackInvalid,))

if __name__ == "__main__":
    PROGRAM.main()
