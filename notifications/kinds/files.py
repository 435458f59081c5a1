"""What happens to files: told by the files app."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from notifications.kinds.base import (
    EVERYWHERE,
    ON_MAIL,
    QUIETLY,
    WITH_MAIL,
    Category,
    Kind,
    Subject,
)

SHARED_WITH_ME = Subject("shared_with_me", _("Shared with me"), Category.SHARING, EVERYWHERE)
REQUESTS = Subject("requests", _("Files that I asked for"), Category.SHARING, EVERYWHERE)
LINKS = Subject("links", _("My links"), Category.SHARING, QUIETLY)
QUOTA = Subject("quota", _("Space running out"), Category.STORAGE, WITH_MAIL)
UPLOADS = Subject("uploads", _("Uploads that failed"), Category.STORAGE, QUIETLY)
INTEGRITY = Subject("integrity", _("Damaged files"), Category.STORAGE, WITH_MAIL, locked=ON_MAIL)
EXPORTS = Subject("exports", _("Exports and archives"), Category.STORAGE, WITH_MAIL)

_SPACE = {"used": "size", "quota": "size"}
_SPACE_SAMPLE = {"used": 85 * 1024**3, "quota": 100 * 1024**3}
_SPACE_DETAILS = ((_("Used"), "%(used)s"), (_("Yours to use"), "%(quota)s"))

FILE_KINDS = (
    Kind(
        name="file_shared",
        subject=SHARED_WITH_ME,
        title=_("%(actor)s shared “%(name)s” with you"),
        text=_("You can open it under “Shared with me”."),
        action=_("Open it"),
        sample={"actor": "Rosa Keller", "name": "Quarterly report.pdf"},
    ),
    Kind(
        name="share_ended",
        subject=SHARED_WITH_ME,
        title=_("“%(name)s” is no longer shared with you"),
        text=_("%(actor)s ended the share. What you copied to your own files is still yours."),
        sample={"actor": "Rosa Keller", "name": "Quarterly report.pdf"},
    ),
    Kind(
        name="request_filled",
        subject=REQUESTS,
        title=ngettext_lazy(
            "%(count)d file arrived for “%(request)s”",
            "%(count)d files arrived for “%(request)s”",
            "count",
        ),
        text=_("Sent by %(by)s."),
        action=_("Show the folder"),
        formats={"by": "names"},
        sample={"request": "Invoices of June", "by": "Anna at Linden Print", "count": 3},
    ),
    Kind(
        name="link_first_opened",
        subject=LINKS,
        title=_("Your link to “%(name)s” was opened"),
        text=_("It is the first time that somebody opened it."),
        action=_("Show the link"),
        sample={"name": "Drafts"},
    ),
    Kind(
        name="link_expiring",
        subject=LINKS,
        title=_("Your link to “%(name)s” ends soon"),
        text=_("Nobody can open it after %(when)s. Give it more time if it is still needed."),
        action=_("Show the link"),
        formats={"when": "time"},
        sample={"name": "Drafts", "when": "2026-12-01T12:00:00+00:00"},
    ),
    Kind(
        name="quota_80",
        subject=QUOTA,
        title=_("80 %% of your space is used"),
        text=_("%(used)s of %(quota)s are used. Old versions and the trash count as well."),
        action=_("See what takes space"),
        formats=_SPACE,
        ordered=True,
        sample=_SPACE_SAMPLE,
    ),
    Kind(
        name="quota_95",
        subject=QUOTA,
        title=_("95 %% of your space is used"),
        text=_("Soon uploads will be refused. Empty the trash, or delete old versions."),
        action=_("See what takes space"),
        details=_SPACE_DETAILS,
        formats=_SPACE,
        ordered=True,
        sample=_SPACE_SAMPLE,
    ),
    Kind(
        name="quota_100",
        subject=QUOTA,
        title=_("Your space is full"),
        text=_(
            "Uploads are refused until there is room. Empty the trash, delete old versions, "
            "or ask the administrator for more."
        ),
        action=_("Make room"),
        details=_SPACE_DETAILS,
        formats=_SPACE,
        ordered=True,
        sample=_SPACE_SAMPLE,
    ),
    Kind(
        name="upload_failed",
        subject=UPLOADS,
        title=_("“%(name)s” could not be uploaded"),
        text=_("%(reason)s Nothing of it was kept; upload it again."),
        action=_("Show the folder"),
        formats={"reason": "words"},
        sample={"name": "Holiday.mov", "reason": "What arrived is not what was announced."},
    ),
    Kind(
        name="integrity_trouble",
        subject=INTEGRITY,
        title=_("“%(name)s” is damaged"),
        text=_(
            "What is stored is not what was uploaded: its digest does not match. An older version "
            "may be whole. The administrators know."
        ),
        action=_("Show the file"),
        sample={"name": "Contract.pdf"},
    ),
    Kind(
        name="export_ready",
        subject=EXPORTS,
        title=_("Your export is ready"),
        text=_("Download “%(name)s” before %(until)s; then it is deleted."),
        action=_("Download it"),
        formats={"until": "time"},
        sample={"name": "everything.zip", "until": "2026-12-01T12:00:00+00:00"},
    ),
    Kind(
        name="export_failed",
        subject=EXPORTS,
        title=_("Your export could not be made"),
        text=_(
            "It was tried again and again. Ask for it once more; if that fails too, tell whoever "
            "runs this site."
        ),
        action=_("Ask for it again"),
    ),
)
