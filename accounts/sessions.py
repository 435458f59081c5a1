"""The places where a person is signed in."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import ngettext
from django_otp import DEVICE_ID_SESSION_KEY

from accounts import history
from accounts.clients import NOBODY, Client
from accounts.models import SecurityEvent, User
from accounts.user_agents import browser_name

# A session's activity is written at most this often: a page with 100 thumbnails is one visit.
ACTIVITY_SECONDS = 300
SEEN_AT = "seen_at"
SIGNED_IN_AT = "signed_in_at"


@dataclass(frozen=True)
class OpenSession:
    """A session that still opens something. `verified`: a second factor was shown in it."""

    row: UserSession
    verified: bool


def open_sessions(*, user: User) -> list[OpenSession]:
    """Return where the person is signed in, the last seen first. Two queries, however many."""
    rows = list(UserSession.objects.filter(user=user).order_by("-last_seen_at"))
    keys = [row.session_key for row in rows]
    kept = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    data = {session.session_key: session.get_decoded() for session in kept}
    return [
        OpenSession(row, verified=DEVICE_ID_SESSION_KEY in data[row.session_key])
        for row in rows
        if row.session_key in data and _opens(data[row.session_key], user)
    ]


def _opens(data: Mapping[str, Any], user: User) -> bool:
    """Tell whether Django would take the session: one from before the last password is dead."""
    own = constant_time_compare(data.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    return own and not is_too_old(session=data)


@transaction.atomic
def end_session(*, session: UserSession, client: Client = NOBODY) -> None:
    """End one session, wherever it is."""
    session.end()
    name = browser_name(session.user_agent)
    kind = SecurityEvent.Kind.SESSIONS_ENDED
    history.record(user=session.user, kind=kind, client=client, detail=name)


@transaction.atomic
def end_sessions(
    *, user: User, keep: str = "", client: Client = NOBODY, by: User | None = None
) -> int:
    """End a person's sessions, but the one whose key is `keep`; return how many ended.

    `by`: the administrator who did it.
    """
    sessions = list(UserSession.objects.filter(user=user).exclude(session_key=keep))
    for session in sessions:
        session.end()
    if sessions:
        detail = ngettext("%d session", "%d sessions", len(sessions)) % len(sessions)
        kind = SecurityEvent.Kind.SESSIONS_ENDED
        history.record(user=user, kind=kind, client=client, detail=detail, by=by)
    return len(sessions)


def forget_ended_sessions() -> int:
    """Delete what is listed of sessions that are no more; return how many."""
    kept = Session.objects.filter(session_key=OuterRef("session_key"))
    return UserSession.objects.filter(~Exists(kept)).delete()[0]


@transaction.atomic
def rotate_key(*, session: SessionBase) -> None:
    """Give a session a new id, so that one seen before re-authentication is worth nothing."""
    old = session.session_key
    session.cycle_key()
    UserSession.objects.filter(session_key=old).update(session_key=session.session_key)


def is_too_old(*, session: SessionBase | Mapping[str, Any]) -> bool:
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
