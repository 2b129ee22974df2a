"""One partner's system in a loop: what others feel of it, and what the server holds meanwhile."""
