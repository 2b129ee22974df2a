"""Running: processes, the wiring of a service and its worker, databases and their migrations."""
