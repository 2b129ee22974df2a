"""Test notices: whether an endpoint answers, asked by an operator, with nothing about any child."""
