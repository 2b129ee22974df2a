"""What an agency referred itself: how far it has come, what it is asked, and what it adds."""
