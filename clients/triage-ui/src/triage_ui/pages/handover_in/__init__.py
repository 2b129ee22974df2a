"""A handover as the team sees it that is offered it."""
