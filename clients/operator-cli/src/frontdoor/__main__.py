"""``python -m frontdoor``."""

from frontdoor.main import app

app(prog_name="frontdoor")
