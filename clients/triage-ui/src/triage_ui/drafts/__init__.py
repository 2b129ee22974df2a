"""Drafts: what people have begun to write, kept until it is sent."""
