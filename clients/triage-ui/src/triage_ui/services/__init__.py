"""The services, as the pages ask them: under the token of the person who is signed in."""
