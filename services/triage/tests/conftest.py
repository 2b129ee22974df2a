"""Fixtures of this service's tests: a migrated database, emptied for each test, and the service on it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # so that the tests here can share their builders
