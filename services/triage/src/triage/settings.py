"""What this service needs to run."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from chassis.settings import ServiceSettings
from chassis.web.sign_in import FreshSignIn


class Settings(ServiceSettings):
    """The chassis's settings, and how lately anyone who authorises must have signed in.

    The 15 minutes are this software's own default, and no partnership's rule. ``authorising_acr`` names the values of
    ``acr`` that are strong enough; without any, every sign-in is.
    """

    authorising_sign_in_minutes: Annotated[int, Field(ge=1, le=600)] = 15
    authorising_acr: frozenset[str] = frozenset()

    @property
    def authorising(self) -> FreshSignIn:
        """The sign-in that authorising asks for."""
        return FreshSignIn(timedelta(minutes=self.authorising_sign_in_minutes), self.authorising_acr)
