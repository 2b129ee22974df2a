"""Runs the migrations of the client's own database."""

from chassis.run.migrate import run_in_environment

run_in_environment()
