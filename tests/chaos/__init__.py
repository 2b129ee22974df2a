"""Fault campaigns: everything is killed and paused while referrals arrive, and nothing may be lost."""
