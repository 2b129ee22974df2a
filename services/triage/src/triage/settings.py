"""What this service needs to run."""

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """The chassis's settings; triage needs no more."""
