"""What this service needs to run."""

from pydantic import Field, ValidationInfo, field_validator

from chassis.settings import ServiceSettings
from chassis.web.app import MAX_BODY_BYTES
from chassis.web.room import RoomLimits
from referral_intake.accepting.fair_queue import Crowd
from referral_intake.accepting.group_commit import Limits
from referral_intake.model import Rates


class Settings(ServiceSettings):
    """The chassis's settings, how accepts share transactions, and how much partners may ask for and have waiting.

    Each reserve is the last part of what all may have, kept for partners who have nothing there.
    """

    group_commit_wait_ms: int = Field(default=0, ge=0, le=50)
    group_commit_size: int = Field(default=64, ge=1, le=500)
    group_commit_pending: int = Field(default=2_000, ge=1, le=100_000)

    emergencies_waiting: int = Field(default=500, ge=2, le=100_000)
    emergencies_waiting_per_partner: int = Field(default=100, ge=1, le=100_000)
    emergencies_reserved: int = Field(default=100, ge=1, le=100_000)
    body_bytes: int = Field(default=32 * 2**20, ge=2 * MAX_BODY_BYTES, le=2**40)
    body_bytes_per_sender: int = Field(default=4 * 2**20, ge=MAX_BODY_BYTES, le=2**40)
    body_bytes_per_second_per_sender: int = Field(default=16 * 2**20, ge=MAX_BODY_BYTES, le=2**40)
    body_bytes_reserved: int = Field(default=8 * 2**20, ge=MAX_BODY_BYTES, le=2**40)

    partner_referrals_per_minute: int = Field(default=600, ge=1, le=1_000_000)
    partner_reads_per_minute: int = Field(default=1_200, ge=1, le=1_000_000)

    @field_validator("emergencies_reserved", "body_bytes_reserved")
    @classmethod
    def _leaves_the_others_something(cls, reserved: int, info: ValidationInfo) -> int:
        whole = {"emergencies_reserved": "emergencies_waiting", "body_bytes_reserved": "body_bytes"}[
            info.field_name or ""
        ]
        if whole in info.data and reserved >= info.data[whole]:
            raise ValueError(f"must be less than FRONTDOOR_{whole.upper()}, of which it is a part")
        return reserved

    @property
    def room(self) -> RoomLimits:
        """How much of bodies is held at once."""
        return RoomLimits(
            bytes_each=self.body_bytes_per_sender,
            bytes_all=self.body_bytes,
            bytes_reserved=self.body_bytes_reserved,
            bytes_each_second=self.body_bytes_per_second_per_sender,
        )

    @property
    def emergencies(self) -> Crowd:
        """How many emergencies wait at once."""
        return Crowd(self.emergencies_waiting_per_partner, self.emergencies_waiting, self.emergencies_reserved)

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
            urgent=self.emergencies,
        )
