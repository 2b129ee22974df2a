"""Makes a service's database with its two roles, on any server whose administrator we are."""

import secrets

from chassis.run import provision as chassis_provision
from local_stack import off_the_loop


def provision(admin_url: str, name: str, *, password: str | None = None) -> tuple[str, str]:
    """Addresses of database ``name`` as its owner and as its serving role; both are made when missing.

    Their password is set again, to ``password`` or to a random one. May be called inside a running event loop.
    """
    chosen = password or secrets.token_urlsafe(18)
    urls = off_the_loop.run(lambda: chassis_provision.provision(admin_url, name, password=chosen))
    return urls.owner_url, urls.app_url
