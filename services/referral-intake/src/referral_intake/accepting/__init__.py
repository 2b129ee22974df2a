"""A referral comes in and is answered once it is durable.

The way of one referral, in the order in which to read it: ``api`` (who sends, and what), ``handlers`` (who goes with
it, ``group_commit``), ``prepare`` (all that is to be written for it), ``decide`` (the rules), ``store`` (the two
statements) and ``receipt`` (what its sender is told).
"""
