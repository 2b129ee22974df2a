"""The doctor, asked on a stack of the tests as an operator asks it elsewhere."""

import json

from chassis.http_client import HttpClient
from frontdoor.doctor.doctor import asker_of, examine
from frontdoor.doctor.finding import Finding
from frontdoor.doctor.surroundings import Surroundings
from local_stack.checkout import PARTNERSHIPS_FOLDER
from local_stack.stack import Stack


def around(stack: Stack, **variables: str) -> Surroundings:
    """The surroundings that an operator's environment names; ``variables`` differ from those of every stack."""
    addresses, services = stack.addresses(), stack.services
    operator = stack.sign_ins["clients"]["frontdoor-operator"]
    return Surroundings.read(
        {
            "FRONTDOOR_SERVICE_URLS": json.dumps({name: one.url for name, one in services.items()}),
            "FRONTDOOR_WORKER_URLS": json.dumps({name: one.worker_url for name, one in services.items()}),
            "FRONTDOOR_DATABASE_URLS": json.dumps({name: one.app_url for name, one in services.items()}),
            "FRONTDOOR_OIDC_ISSUER": addresses["oidc_issuer"],
            "FRONTDOOR_CLIENT_KEY_FILE": operator["private_key_file"],
            "FRONTDOOR_KAFKA_BOOTSTRAP_SERVERS": addresses["kafka_bootstrap_servers"],
            "FRONTDOOR_PARTNERSHIPS_FOLDER": str(PARTNERSHIPS_FOLDER),
            "FRONTDOOR_WEBHOOK_SIGNING_KEY_FILE": str(stack.keys.signing_key_file("webhook")),
            "FRONTDOOR_LOGS_FOLDER": str(stack.folder / "logs"),
            **variables,
        }
    )


async def bad(surroundings: Surroundings) -> tuple[list[Finding], int]:
    """What the doctor finds wrong, and how much it looked at."""
    http = HttpClient.connect()
    try:
        found = await examine(surroundings, asker_of(surroundings, http))
    finally:
        await http.close()
    return [finding for finding in found if not finding.good], len(found)
