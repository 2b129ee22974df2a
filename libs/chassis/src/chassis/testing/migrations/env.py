"""Runs the migrations of a service that has nothing but delivery."""

from chassis.run.migrate import run_in_environment

run_in_environment()
