"""Why there is no preview: codes that renderers raise and pages have words for."""


def gettext_noop(text: str) -> str:
    """Mark a text for translation, as Django's own does, which this process must not import."""
    return text


WORDS = {
    "malformed": gettext_noop(
        "The file is damaged, or is not what it seems. It can still be downloaded."
    ),
    "too_big": gettext_noop("It is too large to be shown here. It can still be downloaded."),
    "too_slow": gettext_noop("Showing it would take too long. It can still be downloaded."),
    "encrypted": gettext_noop(
        "It is locked with a password. Download it and open it with a program of yours."
    ),
    "unsupported": gettext_noop("This kind cannot be shown here. It can still be downloaded."),
    "gone": gettext_noop("There is no such page."),
    "failed": gettext_noop(
        "Something went wrong while it was being prepared. It can still be downloaded."
    ),
}


class RenderError(Exception):
    """A renderer's reason, one of WORDS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code if code in WORDS else "failed"
