"""Scenario *accept*: our whole ``POST /v1/referrals`` beside endpoints that do less."""

from collections.abc import Sequence

import uvloop

from bench.accept import comparison, one_side
from bench.accept.options import parse


def run(arguments: Sequence[str]) -> None:
    """Measure as the command line says. Raises ``Refused`` when a server refuses anything."""
    options = parse(arguments)
    uvloop.run(one_side.run(options) if options.only else comparison.run(options))
