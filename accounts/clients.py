"""Where a request came from: plain values, for domain functions."""

from dataclasses import dataclass

USER_AGENT_LENGTH = 300


@dataclass(frozen=True)
class Client:
    """The address and browser that someone uses; both empty for a command."""

    ip: str = ""
    user_agent: str = ""
    # The digest of the cookie by which the browser is known again; "" without one.
    browser: str = ""


NOBODY = Client()
