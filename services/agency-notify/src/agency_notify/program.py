"""What ``python -m agency_notify`` runs: the service, and what its processes are called."""

from agency_notify import reseal
from agency_notify.main import build
from agency_notify.model import SOURCE
from agency_notify.settings import Settings
from chassis.run.service import Program
from policy.load import PackInvalid

main = Program("agency_notify", SOURCE, Settings, build, (PackInvalid,), {"reseal": reseal.command}).main
