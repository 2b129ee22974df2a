"""What this service must be told to run."""

from pydantic import Field

from chassis.settings import ServiceSettings
from referral_intake.group_commit import Limits


class Settings(ServiceSettings):
    """The chassis's settings, and how accepts share transactions."""

    group_commit_wait_ms: int = Field(default=3, ge=0, le=50)
    group_commit_size: int = Field(default=64, ge=1, le=500)
    group_commit_pending: int = Field(default=2_000, ge=1, le=100_000)

    @property
    def limits(self) -> Limits:
        """The same, as the group commit takes them."""
        return Limits(
            size=self.group_commit_size,
            wait_seconds=self.group_commit_wait_ms / 1000,
            pending=self.group_commit_pending,
        )
