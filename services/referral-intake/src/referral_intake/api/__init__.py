"""The HTTP edge: what partner systems and staff may ask of this service. One file per resource."""
