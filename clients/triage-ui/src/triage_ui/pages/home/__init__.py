"""The first page after signing in: what must I do next?"""
