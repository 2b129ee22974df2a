"""Referring children: a question on each page, in any order, kept until it is sent."""
