"""What may go wrong with backups, in words for the operator."""


class BackupError(Exception):
    """The message says what to do."""
