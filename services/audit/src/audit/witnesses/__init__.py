"""Witnesses of the log: asking them for cosignatures, keeping what they sign, and showing how far they have seen."""
