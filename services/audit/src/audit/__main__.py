"""``python -m audit api|worker|migrate``."""

from audit.main import build
from audit.model import SERVICE
from audit.settings import Settings
from chassis.run.service import Program

PROGRAM = Program("audit", SERVICE, Settings, build)

if __name__ == "__main__":
    PROGRAM.main()
