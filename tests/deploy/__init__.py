"""The image, docker-compose.yml and what watches: what their files say, and with an engine what they do."""
