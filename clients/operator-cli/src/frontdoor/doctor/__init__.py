"""``frontdoor doctor``: whether everything that the services stand on is as it has to be, in one line each."""
