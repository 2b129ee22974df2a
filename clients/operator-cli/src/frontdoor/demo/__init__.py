"""The demonstration: invented referrals from several agencies, walked through every stage, each step checked."""
