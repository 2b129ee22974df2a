"""Acts: how a form becomes one command to a service, once."""
