"""``python -m audit api|worker|migrate|another-log``."""

from audit import another_log
from audit.main import build
from audit.model import SERVICE
from audit.settings import Settings
from chassis.run.service import Program

PROGRAM = Program("audit", SERVICE, Settings, build, more={"another-log": another_log.command})

if __name__ == "__main__":
    PROGRAM.main()
