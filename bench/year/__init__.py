"""The ``year`` scenario: what a year of England does to the whole stack."""
