"""What stops a batch, and is no problem of its senders."""


class Overtaken(Exception):
    """A key was answered elsewhere after it was looked up, and a neighbour's receipt named its referral."""
