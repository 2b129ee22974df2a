"""Asking the sender of a referral."""
