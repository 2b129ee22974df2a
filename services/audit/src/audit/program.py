"""What ``python -m audit`` runs: the service, and what its processes are called."""

from audit import another_log
from audit.main import build
from audit.model import SERVICE
from audit.settings import Settings
from chassis.run.service import Program

main = Program("audit", SERVICE, Settings, build, more={"another-log": another_log.command}).main
