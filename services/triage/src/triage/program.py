"""What ``python -m triage`` runs: the service, and what its processes are called."""

from chassis.run.service import Program
from policy.load import PackInvalid
from triage.main import build
from triage.model import SERVICE
from triage.settings import Settings

main = Program("triage", SERVICE, Settings, build, (PackInvalid,)).main
