"""Fixtures shared by every member's tests."""

pytest_plugins = ["chassis.testing.fixtures"]
