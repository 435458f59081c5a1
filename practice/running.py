"""What runs on this machine, asked over HTTP."""

import re
import urllib.error
import urllib.request

SECONDS = 5


def get(url: str) -> tuple[int, str]:
    """Return status and text, redirects not followed; status 0 where nobody answers."""
    try:
        with OPENER.open(url, timeout=SECONDS) as answer:
            return answer.status, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(errors="replace")
    except (OSError, ValueError):
        return 0, ""


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: object, **more: object) -> None:
        """A redirect is an answer as well."""


OPENER = urllib.request.build_opener(_Stay)


def title_of(url: str) -> str | None:
    """Return the title of a page, or None where nothing answers."""
    status, text = get(url)
    if not status:
        return None
    found = re.search(r"<title>(.*?)</title>", text, re.DOTALL)
    return found[1].strip() if found else ""
