"""What people call their browser, read off what it says of itself."""

import re
from functools import lru_cache

import ua_parser
from django.utils.translation import gettext_noop

from accounts.clients import USER_AGENT_LENGTH

UNKNOWN = gettext_noop("Unknown browser")
MAX_LENGTH = 60

# The same browser, whatever it runs on: the system is named beside it.
EDITION = re.compile(r" (Mobile iOS|Mobile|iOS)(?= |$)|^Mobile ")
FAMILIES = {"Mobile Safari UI/WKWebView": "App", "HeadlessChrome": "Headless Chrome"}
SYSTEMS = {"Mac OS X": "macOS", "Chrome OS": "ChromeOS"}
APPLE_DEVICES = {"iPhone", "iPad"}
# Scripts start with their own name and version, unless they pretend to be a browser.
SCRIPT = re.compile(r"(?!Mozilla/)([A-Za-z][A-Za-z0-9._-]{1,30})/v?(\d{1,4}(?:\.\d{1,4})?)")


@lru_cache(maxsize=1024)
def browser_name(user_agent: str) -> str:
    """Return such as "Chrome 150 on Android" or "curl 8.14"; never more than MAX_LENGTH letters.

    What a browser says may be a lie: the name is for people to recognise, not to decide upon.
    """
    agent = "".join(letter for letter in user_agent[:USER_AGENT_LENGTH] if letter.isprintable())
    script = SCRIPT.match(agent)
    found = ua_parser.parse(agent)
    system = _system(found)
    if script and not system:
        return f"{script[1]} {script[2]}"
    return (" on ".join(filter(None, [_browser(found), system])) or UNKNOWN)[:MAX_LENGTH]


def _browser(found: ua_parser.Result) -> str:
    browser = found.user_agent
    if browser is None or browser.family == "Other":
        return ""
    family = FAMILIES.get(browser.family) or EDITION.sub("", browser.family)
    return f"{family} {browser.major}" if browser.major else family


def _system(found: ua_parser.Result) -> str:
    """Return the system; of Apple's, the device, which is what people call it."""
    if found.device and found.device.family in APPLE_DEVICES:
        return found.device.family
    family = found.os.family if found.os else "Other"
    return "" if family == "Other" else SYSTEMS.get(family, family)
