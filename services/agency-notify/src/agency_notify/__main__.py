"""``python -m agency_notify api|worker|migrate|reseal``."""

from agency_notify import reseal
from agency_notify.main import build
from agency_notify.model import SOURCE
from agency_notify.settings import Settings
from chassis.run.service import Program
from policy.load import PackInvalid

PROGRAM = Program("agency_notify", SOURCE, Settings, build, (PackInvalid,), {"reseal": reseal.command})

if __name__ == "__main__":
    PROGRAM.main()
