"""Plays the front door team for partners who try their system out: only ever part of the local stack."""
