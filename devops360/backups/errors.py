"""What may go wrong with backups, in words for the operator."""

from botocore.exceptions import BotoCoreError, ClientError

from files.errors import FilesError

# What a disk, a bucket or the site's own store may answer: told in a line, without a traceback.
REFUSALS = (OSError, BotoCoreError, ClientError, FilesError)


class BackupError(Exception):
    """The message says what to do."""


class UnreadableError(BackupError):
    """Bytes of the site that cannot be read, or are not what they were. All else can be kept."""
