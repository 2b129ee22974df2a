"""What a partner's developer is shown when the sandbox is up: what to export, how to be registered, magic words."""

import sys
from collections.abc import Mapping
from pathlib import Path

from rich.console import RenderableType

from frontdoor.answer import table
from local_stack.checkout import ROOT
from local_stack.sandbox.scripts import SCRIPTS


def first_steps(addresses: Mapping[str, str]) -> tuple[RenderableType, ...]:
    """In the order of docs/partners.md, ready to be copied."""
    exports = {
        "INTAKE": addresses["referral-intake"],
        "NOTIFY": addresses["agency-notify"],
        "AUDIT": addresses["audit"],
        "ISSUER": addresses["oidc_issuer"],
        "FRONTDOOR": f"{ROOT}",
    }
    return (
        table("Magic words, in referrer.own_reference", ("word", "what happens"), _words()),
        "\nThe simulated team signs in as the staff above. A partner's system needs none of their passwords: "
        "it signs with its own key.",
        "\nFollow docs/partners.md. Copy these lines first, and make a key and a registration of your own:\n",
        "\n".join(f"export {name}={value}" for name, value in exports.items()),
        "\nopenssl ecparam -name prime256v1 -genkey -noout -out my-system.pem",
        "openssl ec -in my-system.pem -pubout -out my-system.pub.pem",
        f'(cd "$FRONTDOOR" && {_python()} -m frontdoor partner add my-system \\\n'
        '    --partnership wandsworth --agency ashcroft-primary --source 2A --key "$OLDPWD/my-system.pub.pem")',
    )


def _words() -> list[tuple[str, str]]:
    return [(word, script.says) for word, script in SCRIPTS.items()]


def _python() -> str:
    python = Path(sys.executable)
    return str(python.relative_to(ROOT)) if python.is_relative_to(ROOT) else str(python)
