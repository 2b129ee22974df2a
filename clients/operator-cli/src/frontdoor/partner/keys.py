"""Public keys of partners as operators have them: PEM, one JSON Web Key, or a set of them. Never the private half."""

import json
from pathlib import Path
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from frontdoor.errors import CalledWrongly

Jwk = dict[str, Any]

_PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_ADVICE: Final = "name a file with a public key as PEM, or a JSON Web Key Set"


def read_keys(file: Path) -> list[Jwk]:
    """The keys of a file. Raises ``CalledWrongly``, before anything is sent, also when one of them is private."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CalledWrongly(f"{file}: {_ADVICE}") from error
    keys = _of_pem(text, file) if "-----BEGIN" in text else _of_json(text, file)
    if any(_PRIVATE_MEMBERS & key.keys() for key in keys):
        raise _private(file)
    return keys


def read_key(file: Path) -> Jwk:
    """The one key of a file. Raises ``CalledWrongly``."""
    keys = read_keys(file)
    if len(keys) != 1:
        raise CalledWrongly(f"{file}: name a file with one key, the new one")
    return keys[0]


def _of_pem(text: str, file: Path) -> list[Jwk]:
    if "PRIVATE KEY" in text:
        raise _private(file)
    for kind in (ECKey, RSAKey, OKPKey):
        try:
            return [dict(kind.import_key(text).as_dict(private=False))]
        except (JoseError, ValueError, TypeError):
            continue  # a key of another kind, perhaps
    raise CalledWrongly(f"{file}: {_ADVICE}")


def _of_json(text: str, file: Path) -> list[Jwk]:
    try:
        found = json.loads(text)
        keys = found.get("keys", [found])
        return [dict(key) for key in keys]
    except (ValueError, TypeError, AttributeError) as error:
        raise CalledWrongly(f"{file}: {_ADVICE}") from error


def _private(file: Path) -> CalledWrongly:
    return CalledWrongly(
        f"{file} holds a private key. Nothing was sent. If it came from a partner, it is not private any more: "
        "ask for a new key pair, and for its public half only"
    )
