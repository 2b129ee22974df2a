"""What this service must be told to run."""

from pydantic import Field

from chassis.settings import ServiceSettings
from referral_intake.group_commit import Limits
from referral_intake.model import Rates


class Settings(ServiceSettings):
    """The chassis's settings, how accepts share transactions, and how much a partner may ask for in a minute."""

    group_commit_wait_ms: int = Field(default=0, ge=0, le=50)
    group_commit_size: int = Field(default=64, ge=1, le=500)
    group_commit_pending: int = Field(default=2_000, ge=1, le=100_000)

    partner_referrals_per_minute: int = Field(default=600, ge=1, le=1_000_000)
    partner_reads_per_minute: int = Field(default=1_200, ge=1, le=1_000_000)

    @property
    def rates(self) -> Rates:
        """What every partner may ask for with whom nothing else was agreed; counted by each process for itself."""
        return Rates(self.partner_referrals_per_minute, self.partner_reads_per_minute)

    @property
    def limits(self) -> Limits:
        """The same, as the group commit takes them."""
        return Limits(
            size=self.group_commit_size,
            wait_seconds=self.group_commit_wait_ms / 1000,
            pending=self.group_commit_pending,
        )
