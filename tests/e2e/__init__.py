"""The real stack, driven from outside: through public APIs, with tokens that the identity provider issued."""
