"""Sessions: who is signed in, through the issuer, for how long."""
