"""What does not fit its form is refused with what to do first: a child may be in danger now."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from chassis.web import problems
from chassis.web.routes import Descriptions
from contracts.problems import Problem
from referral_intake.errors import FormRefused


def refusal_of(mistakes: RequestValidationError, request: Request) -> Problem:
    """The problem to raise for what is no form of ours; bytes that cannot be read stay what they are."""
    refused = problems.refusal(mistakes.errors(), Descriptions.of(request).fields)
    return refused if isinstance(refused, problems.Malformed) else FormRefused(refused.errors)


class AboutAChild(APIRoute):
    """A route that takes a form about a child."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The framework's handler, with refusals in our words."""
        handle = super().get_route_handler()

        async def refusing(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as mistakes:
                raise refusal_of(mistakes, request) from mistakes

        return refusing
