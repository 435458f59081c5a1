"""What may go wrong with files, in words for the person who asked."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _


class FilesError(Exception):
    """The message says what to do; it is shown as it is."""


class InvalidNameError(FilesError):
    """A name that nothing can be called."""


class NameTakenError(FilesError):
    """Names that the folder holds already."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = list(names)
        if len(self.names) == 1:
            message = _("“%(name)s” is already in this folder.") % {"name": self.names[0]}
        else:
            taken = _("%(count)d names are already in this folder.")
            message = taken % {"count": len(self.names)}
        super().__init__(message)


class IntoItselfError(FilesError):
    """A folder moved or copied into itself or into what it holds."""


class TooLargeError(FilesError):
    """More bytes, or more files at once, than the site takes."""


class QuotaError(FilesError):
    """More than the person may keep. How much that is concerns the owner of the vault alone."""

    def __init__(self, message: str, *, owner_id: UUID) -> None:
        super().__init__(message)
        self.owner_id = owner_id

    def words_for(self, person_id: object) -> str:
        if person_id == self.owner_id:
            return str(self)
        return _(
            "There is no room for it with whoever owns this folder, whose space it would take. "
            "Ask them to make some."
        )


class IncompleteError(FilesError):
    """Fewer bytes arrived than were announced, or more."""


class ShareError(FilesError):
    """A link that cannot be made, or not be opened that way."""


class NotAllowedError(FilesError):
    """Something that the person sees, but may not do that with."""


class VersionError(FilesError):
    """A version that cannot be restored or deleted."""


class TagError(FilesError):
    """A tag that cannot be, or one too many."""


class TagTakenError(TagError):
    """A new name for a tag that another one has: the two can be merged."""

    def __init__(self, name: str, *, tag_id: UUID) -> None:
        super().__init__(
            _("There is a tag “%(name)s” already. Merge the two instead.") % {"name": name}
        )
        # Of the one that has the name.
        self.tag_id = tag_id


class QuarantineError(FilesError):
    """Stored bytes that are not what was stored, or are not there: nobody is given them."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "What is stored of this file is damaged, so it is not given out. Restore an older "
                "version, or upload the file again. The administrators have been told."
            )
        )


class StorageFullError(FilesError):
    """The disk has no room."""


class StoreUnavailableError(FilesError):
    """The store did not answer, or not in time. Nothing was changed by it."""

    def __init__(self) -> None:
        super().__init__(_("The storage does not answer just now. Try again in a moment."))


class UploadError(FilesError):
    """Something that an upload cannot do, or not like that."""


class UploadLimitError(FilesError):
    """More uploads under way than a person may have."""


class UploadGoneError(FilesError):
    """It has expired, was given up, or what had arrived is lost. It must start anew."""


class UploadBusyError(FilesError):
    """Another request is at the same thing. Asking again a little later is right."""


class MissingPartsError(FilesError):
    """Completing was asked for before all parts were there."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self.numbers = list(numbers)
        super().__init__(f"{len(self.numbers):,} parts are still missing. Send them.")


class SignatureError(FilesError):
    """An address for a part that is not ours, or has had its time."""


class DamagedError(FilesError):
    """What arrived is not what was announced."""
