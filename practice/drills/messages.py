"""Drills that keep messages from going out."""

from collections.abc import Iterator
from contextlib import contextmanager

from practice.drills.drill import Drill
from practice.drills.observe import Signal
from practice.drills.stack import Stack

# Not 421 or 450, by which a server asks for patience and is given it.
TROUBLE = "451 local error"


@contextmanager
def _mail_refused(stack: Stack) -> Iterator[None]:
    """Cut off who comes, and refuse who has come before and is still there."""
    box = stack.mailbox
    before = box.greet, box.sender
    box.greet, box.sender = (lambda: "cut"), (lambda: TROUBLE)
    yield
    box.greet, box.sender = before


MAIL_GONE = Drill(
    name="mail-gone",
    breaks="The mail server takes no mail.",
    people="Everything works, but mail comes late: with it codes and links for signing in.",
    mended="The mail server takes mail again. What waited goes out within some minutes.",
    todo="`manage.py deliveries --pending --channel email` says in which words it refuses: "
    "look there, or at `EMAIL_URL`.",
    broken=_mail_refused,
    signals=(Signal("ChannelFails", "channel_failures", "rises", ("channel", "email")),),
    quick=3,
)
