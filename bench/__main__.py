"""``python -m bench [accept | flow | growth | latency | pages | year [options]]``: one of them, or the first two.

``<scenario> --help`` shows the options of all but ``flow``.
"""

import asyncio
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from bench import accept, flow, growth, latency, pages
from bench.year import scenario as year


def _flow(_: Sequence[str]) -> None:
    asyncio.run(flow.run())


SCENARIOS: Final[Mapping[str, Callable[[Sequence[str]], None]]] = {
    "accept": accept.run,
    "flow": _flow,
    "growth": growth.run,
    "latency": latency.run,
    "pages": pages.run,
    "year": year.run,
}
TOGETHER: Final = ("accept", "flow")
"""What is run when nothing is named; the others take minutes to seed or to settle, and have no peers beside them."""


def main(arguments: Sequence[str]) -> int:
    """The exit code: 2 for a scenario that does not exist."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # being asked to end must not leave servers behind
    if not arguments:
        for name in TOGETHER:
            SCENARIOS[name](())
        return 0
    name, *options = arguments
    if name not in SCENARIOS:
        print(f"There is no scenario {name}. Choose from: {', '.join(SCENARIOS)}", file=sys.stderr)
        return 2
    SCENARIOS[name](options)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
