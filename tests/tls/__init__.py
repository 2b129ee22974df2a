"""TLS to Kafka and PostgreSQL, and what Kafka lets each service do: on real servers."""
