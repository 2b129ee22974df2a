"""All SQL of this service, by what it is about."""
