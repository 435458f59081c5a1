"""Why there is no preview: codes that renderers raise and pages have words for."""

WORDS = {
    "malformed": "The file is damaged, or is not what it seems. It can still be downloaded.",
    "too_big": "It is too large to be shown here. It can still be downloaded.",
    "too_slow": "Showing it would take too long. It can still be downloaded.",
    "encrypted": "It is locked with a password. Download it and open it with a program of yours.",
    "unsupported": "This kind cannot be shown here. It can still be downloaded.",
    "gone": "There is no such page.",
    "failed": "Something went wrong while it was being prepared. It can still be downloaded.",
}


class RenderError(Exception):
    """A renderer's reason, one of WORDS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code if code in WORDS else "failed"
