"""Runs this service's migrations."""

from chassis.run.migrate import run_in_environment

run_in_environment()
