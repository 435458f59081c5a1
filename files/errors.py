"""What may go wrong with files, in words for the person who asked."""

from collections.abc import Sequence


class FilesError(Exception):
    """The message says what to do; it is shown as it is."""


class InvalidNameError(FilesError):
    """A name that nothing can be called."""


class NameTakenError(FilesError):
    """Names that the folder holds already."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = list(names)
        if len(self.names) == 1:
            message = f"“{self.names[0]}” is already in this folder."
        else:
            message = f"{len(self.names)} names are already in this folder."
        super().__init__(message)


class IntoItselfError(FilesError):
    """A folder moved or copied into itself or into what it holds."""


class TooLargeError(FilesError):
    """More bytes, or more files at once, than the site takes."""


class QuotaError(FilesError):
    """More than the person may keep."""


class IncompleteError(FilesError):
    """Fewer bytes arrived than were announced, or more."""


class ShareError(FilesError):
    """A link that cannot be made, or not be opened that way."""


class NotAllowedError(FilesError):
    """Something that the person sees, but may not do that with."""


class VersionError(FilesError):
    """A version that cannot be restored or deleted."""


class StorageFullError(FilesError):
    """The disk has no room."""
