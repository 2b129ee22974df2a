"""The image and docker-compose.yml: what their files say, and with an engine what they do."""
