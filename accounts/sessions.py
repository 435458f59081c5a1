"""The places where a person is signed in."""

import time
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from accounts.models import User

# A session's activity is written at most this often: a page with 100 thumbnails is one visit.
ACTIVITY_SECONDS = 300
SEEN_AT = "seen_at"
SIGNED_IN_AT = "signed_in_at"


@transaction.atomic
def end_sessions(*, user: User, keep: str = "") -> int:
    """End a person's sessions, but the one whose key is `keep`; return how many ended."""
    sessions = list(UserSession.objects.filter(user=user).exclude(session_key=keep))
    for session in sessions:
        session.end()
    return len(sessions)


@transaction.atomic
def rotate_key(*, session: SessionBase) -> None:
    """Give a session a new id, so that one seen before re-authentication is worth nothing."""
    old = session.session_key
    session.cycle_key()
    UserSession.objects.filter(session_key=old).update(session_key=session.session_key)


def is_too_old(*, session: SessionBase) -> bool:
    """Tell whether the session has lived as long as any may, however busy it is."""
    started = session.get(SIGNED_IN_AT)
    limit = timedelta(days=settings.SESSION_MAX_DAYS).total_seconds()
    return started is not None and time.time() - started > limit


def is_activity_due(*, session: SessionBase) -> bool:
    """Tell whether the time of the last visit should be written down again, and note it."""
    now = time.time()
    session.setdefault(SIGNED_IN_AT, now)
    if now - session.get(SEEN_AT, 0) < ACTIVITY_SECONDS:
        return False
    session[SEEN_AT] = now
    return True
