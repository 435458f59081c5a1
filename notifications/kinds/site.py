"""What the people who run the site have to say, or need to know."""

from django.utils.translation import gettext_lazy as _

from notifications.kinds.base import ON_MAIL, QUIETLY, WITH_MAIL, Category, Kind, Subject

ANNOUNCEMENTS = Subject("announcements", _("Announcements"), Category.SITE, WITH_MAIL)
DIGEST = Subject("digest", _("Daily digest"), Category.SITE, ON_MAIL, is_offered=False)
TESTS = Subject("tests", _("Test messages"), Category.SITE, QUIETLY, is_offered=False)
OPERATIONS = Subject(
    "operations", _("Running the site"), Category.SITE, WITH_MAIL, locked=ON_MAIL, for_staff=True
)

SITE_KINDS = (
    Kind(
        name="announcement",
        subject=ANNOUNCEMENTS,
        title="%(title)s",
        text="%(text)s",
        action=_("Read more"),
        sample={
            "title": "Maintenance on Sunday",
            "text": "On Sunday from 06:00 to 07:00 UTC the vault is read-only.\n\n"
            "Uploads that are under way then go on by themselves afterwards.",
        },
    ),
    Kind(
        name="digest",
        subject=DIGEST,
        title=_("Your day at %(site)s"),
        text=_("What happened since the last digest:"),
        action=_("Open your notifications"),
        sample={"site": "DevOps360"},
    ),
    Kind(
        name="test",
        subject=TESTS,
        title=_("A test of %(channel)s"),
        text=_("If you can read this, it works."),
        formats={"channel": "words"},
        sample={"channel": "E-mail"},
    ),
    Kind(
        name="recovery_asked",
        subject=OPERATIONS,
        title=_("%(who)s asks for a reset of second factors"),
        text=_(
            "%(who)s (%(email)s) has lost every second factor and asks to have them removed. Make "
            "sure, by a call or in person, that it is they. Then approve or refuse.\n\n"
            "What happened, in their words: %(reason)s"
        ),
        action=_("Approve or refuse"),
        sample={
            "who": "kim",
            "email": "kim@example.com",
            "reason": "My phone fell into a lake, and the codes were in its case.",
        },
    ),
    Kind(
        name="operators_integrity",
        subject=OPERATIONS,
        title=_("Stored bytes are damaged: %(count)s"),
        text=_("%(summary)s See “Damaged files” in docs/operate/storage.md for what to do."),
        formats={"read": "number", "damaged": "number", "missing": "number"},
        phrases={
            "summary": _(
                "Of %(read)s blobs that were read, %(damaged)s are not what was stored, and "
                "%(missing)s are missing."
            )
        },
        sample={"count": 2, "summary": "", "read": 18204, "damaged": 2, "missing": 0},
    ),
)
