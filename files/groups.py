"""Kinds of things as people ask for them: pictures, documents, films."""

from enum import StrEnum

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from files.models import Node


class Group(StrEnum):
    FOLDER = "folder"
    IMAGE = "image"
    DOCUMENT = "document"
    AUDIO = "audio"
    VIDEO = "video"
    ARCHIVE = "archive"
    CODE = "code"


LABELS = {
    Group.FOLDER: _("Folders"),
    Group.IMAGE: _("Pictures"),
    Group.DOCUMENT: _("Documents"),
    Group.AUDIO: _("Audio"),
    Group.VIDEO: _("Video"),
    Group.ARCHIVE: _("Archives"),
    Group.CODE: _("Code"),
}

ARCHIVES = (
    *("application/zip", "application/gzip", "application/zstd", "application/x-tar"),
    *("application/x-bzip2", "application/x-xz", "application/x-7z-compressed"),
    "application/vnd.rar",
)
CODE = (
    *("application/json", "application/xml", "text/html", "text/css", "text/javascript"),
    *("application/javascript", "application/toml", "application/yaml", "application/sql"),
)
DOCUMENTS = (
    *("application/pdf", "application/epub+zip", "application/rtf", "application/msword"),
    *("text/plain", "text/markdown", "text/csv", "text/tab-separated-values"),
    "application/x-ole-storage",
)
OFFICE = (
    "application/vnd.oasis.opendocument.",
    "application/vnd.openxmlformats-officedocument.",
)


def condition_of(group: Group) -> Q:
    """Return the condition that a node is of the group. Types are those of files.sniffing."""
    if group is Group.FOLDER:
        return Q(kind=Node.Kind.FOLDER)
    return Q(kind=Node.Kind.FILE) & _of_type(group)


def _of_type(group: Group) -> Q:
    if group is Group.ARCHIVE:
        return Q(media_type__in=ARCHIVES)
    if group is Group.CODE:
        return Q(media_type__in=CODE) | Q(media_type__startswith="text/x-")
    if group is Group.DOCUMENT:
        office = Q(media_type__startswith=OFFICE[0]) | Q(media_type__startswith=OFFICE[1])
        return Q(media_type__in=DOCUMENTS) | office
    return Q(media_type__startswith=f"{group.value}/")
