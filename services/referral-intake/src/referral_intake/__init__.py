"""Accepts and keeps referrals."""
