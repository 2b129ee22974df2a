"""The microservice chassis: settings, telemetry, database, delivery, HTTP and access."""
