"""Events, envelope, topics, problems and code lists shared by every service."""
