"""Is it flowing? Read only, and no content of referrals."""
