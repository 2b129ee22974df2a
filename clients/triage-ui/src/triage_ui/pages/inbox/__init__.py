"""The inbox of an agency or a team."""
