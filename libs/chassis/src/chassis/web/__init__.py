"""The HTTP edge that every service shares: app, problems, identity, access, operator routes."""
