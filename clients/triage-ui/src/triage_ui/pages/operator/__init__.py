"""Is it flowing, and what has to be released, discarded or resumed? No content of referrals."""
