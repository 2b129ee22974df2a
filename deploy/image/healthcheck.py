"""Asks the one process of a container whether it is ready: exit code 0, or 1.

A worker shows health on ``FRONTDOOR_WORKER_HTTP_PORT``, an API where it serves. Standard library alone: a check that
imports the service would cost more than the service.
"""

import os
import sys
from http.client import HTTPConnection, HTTPException

ANSWER_SECONDS = 5


def main() -> int:
    """0 when the process says that it is ready."""
    port = int(os.environ.get("FRONTDOOR_WORKER_HTTP_PORT") or os.environ.get("FRONTDOOR_HTTP_PORT") or 8000)
    connection = HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/health/ready")
        answer = connection.getresponse()
        sys.stdout.write(answer.read(1000).decode(errors="replace"))
    except (OSError, HTTPException) as error:
        sys.stdout.write(f"no answer: {error}")
        return 1
    return 0 if answer.status == 200 else 1


if __name__ == "__main__":
    sys.exit(main())
