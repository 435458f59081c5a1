"""What people call their browser, read off what it says of itself."""

from functools import lru_cache

import ua_parser

UNKNOWN = "Unknown browser"
MAX_LENGTH = 60


@lru_cache(maxsize=1024)
def browser_name(user_agent: str) -> str:
    """Return such as "Chrome 150 on Android". What is said may be a lie: it is shown, not trusted."""
    if not user_agent.strip():
        return UNKNOWN
    found = ua_parser.parse(user_agent)
    browser = ""
    if found.user_agent and found.user_agent.family != "Other":
        version = f" {found.user_agent.major}" if found.user_agent.major else ""
        browser = f"{found.user_agent.family}{version}"
    system = found.os.family if found.os and found.os.family != "Other" else ""
    if browser and system:
        return f"{browser} on {system}"[:MAX_LENGTH]
    return (browser or system or UNKNOWN)[:MAX_LENGTH]
