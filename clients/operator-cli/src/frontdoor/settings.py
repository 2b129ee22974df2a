"""Where the services are and who the operator is: from the environment, or from the stack of this checkout."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from frontdoor.errors import CalledWrongly

OPERATOR: Final = "frontdoor-operator"
STACK_FILE: Final = Path(".frontdoor/stack.json")


@dataclass(frozen=True)
class Settings:
    """``service_urls`` are the services' base addresses by name."""

    service_urls: Mapping[str, str]
    oidc_issuer: str
    client_key_file: Path
    client_id: str = OPERATOR


def load(environ: Mapping[str, str] | None = None, *, folder: Path | None = None) -> Settings:
    """The variables where they are set, else the stack file in ``folder`` or above it. Raises ``CalledWrongly``."""
    variables = os.environ if environ is None else environ
    if "FRONTDOOR_SERVICE_URLS" in variables:
        return _of_variables(variables)
    file = find_stack_file(folder or Path.cwd())
    if file is None:
        raise CalledWrongly(
            "No stack runs in this checkout: start it with `make up` or `make sandbox` and run this in its folder, "
            "or set FRONTDOOR_SERVICE_URLS"
        )
    return _of_stack(file)


def find_stack_file(folder: Path) -> Path | None:
    """The stack file of the checkout that ``folder`` is in."""
    places = (place / STACK_FILE for place in (folder, *folder.parents))
    return next((file for file in places if file.is_file()), None)


def _of_variables(variables: Mapping[str, str]) -> Settings:
    for name in ("FRONTDOOR_OIDC_ISSUER", "FRONTDOOR_CLIENT_KEY_FILE"):
        if not variables.get(name):
            raise CalledWrongly(f"{name}: is not set, and has to be")
    return Settings(
        service_urls=_urls(variables["FRONTDOOR_SERVICE_URLS"]),
        oidc_issuer=variables["FRONTDOOR_OIDC_ISSUER"].rstrip("/"),
        client_key_file=Path(variables["FRONTDOOR_CLIENT_KEY_FILE"]),
        client_id=variables.get("FRONTDOOR_CLIENT_ID", OPERATOR),
    )


def _urls(text: str) -> Mapping[str, str]:
    try:
        urls = json.loads(text)
        return {str(name): str(url).rstrip("/") for name, url in urls.items()}
    except (ValueError, AttributeError) as error:
        raise CalledWrongly('FRONTDOOR_SERVICE_URLS: write it as JSON, {"triage": "http://…", …}') from error


def _of_stack(file: Path) -> Settings:
    try:
        stack: dict[str, Any] = json.loads(file.read_text())
        return Settings(
            service_urls={name: service["url"] for name, service in stack["services"].items()},
            oidc_issuer=stack["addresses"]["oidc_issuer"],
            client_key_file=Path(stack["sign_ins"]["clients"][OPERATOR]["private_key_file"]),
        )
    except (OSError, ValueError, KeyError) as error:
        raise CalledWrongly(
            f"{file} does not hold the addresses of a stack that is ready; is it still starting?"
        ) from error
