"""Conversations on disk: one SQLite database. No Qt; blocking, driven from one thread."""
