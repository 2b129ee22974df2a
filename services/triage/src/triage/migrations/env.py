"""Runs the migrations of this service."""

from chassis.run.migrate import run_in_environment

run_in_environment()
