"""What administrators see of people: one module per subject."""

from accounts.admin import people, records, recovery, unregistered

__all__ = ["people", "records", "recovery", "unregistered"]
