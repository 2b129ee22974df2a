"""How long referrals are kept: disposal runs, reviews, holds."""
