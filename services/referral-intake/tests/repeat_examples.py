"""A child who is referred again. The name is invented."""

from typing import Any

from intake_examples import form

ROWAN = {"first_name": "Rowan", "last_name": "O'Testerley", "date_of_birth": "2017-05-04"}


def about(**child: Any) -> dict[str, Any]:
    return form(children=[child])
