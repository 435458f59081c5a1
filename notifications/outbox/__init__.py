"""What is owed to people: rows written with the change, sent by workers, at least once."""
