"""Django's backend for SQLite, with a queue of its own for writers: see base.py."""
