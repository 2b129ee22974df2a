"""``python -m bench [accept] [flow]``: run the scenarios named, or both."""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

from bench import accept, flow

SCENARIOS: Final[Mapping[str, Callable[[], Coroutine[Any, Any, None]]]] = {"accept": accept.run, "flow": flow.run}


def main(names: list[str]) -> int:
    """The exit code: 2 for a scenario that does not exist."""
    wanted = names or list(SCENARIOS)
    if unknown := [name for name in wanted if name not in SCENARIOS]:
        print(f"There is no scenario {unknown[0]}. Choose from: {', '.join(SCENARIOS)}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # being told to end must not leave servers behind
    for name in wanted:
        asyncio.run(SCENARIOS[name]())
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
