"""Where somebody is signed in, which browsers are remembered, and what has happened."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts import browsers, history
from accounts.http import AuthenticatedRequest, client_of
from accounts.models import Browser, SecurityEvent
from accounts.places import place_of
from accounts.sessions import end_session, end_sessions, open_sessions
from accounts.user_agents import browser_name
from notifications.kinds.base import FORMATS

PAGE = 50
ID_DIGITS = 18
Event = SecurityEvent.Kind
ALARMING = {Event.PASSWORD_REFUSED, Event.CODE_REFUSED, Event.FACTORS_RESET, Event.RECOVERY_ASKED}


def _described(row: Any) -> dict[str, Any]:
    return {
        "row": row,
        "browser": FORMATS["browser"](browser_name(row.user_agent)),
        "place": FORMATS["words"](place_of(row.ip)),
        "detail": FORMATS["labelled"](getattr(row, "detail", "")),
    }


@require_safe
def sessions_page(request: AuthenticatedRequest) -> HttpResponse:
    own = request.session.session_key
    sessions = [
        _described(opened.row) | {"current": opened.row.session_key == own}
        for opened in open_sessions(user=request.user)
    ]
    sessions.sort(key=lambda entry: not entry["current"])
    remembered = [_described(browser) for browser in browsers.remembered_browsers(request.user)]
    context = {"sessions": sessions, "remembered": remembered, "others": len(sessions) > 1}
    return render(request, "accounts/sessions.html", context)


@require_POST
def end(request: AuthenticatedRequest, session_id: int) -> HttpResponse:
    session = get_object_or_404(UserSession, pk=session_id, user=request.user)
    end_session(session=session, client=client_of(request))
    messages.success(request, _("That session has ended."))
    return redirect("accounts:sessions")


@require_POST
def end_others(request: AuthenticatedRequest) -> HttpResponse:
    keep = request.session.session_key or ""
    ended = end_sessions(user=request.user, keep=keep, client=client_of(request))
    text = ngettext("%d session has ended.", "%d sessions have ended.", ended) % ended
    messages.success(request, text)
    return redirect("accounts:sessions")


@require_POST
def forget_browser(request: AuthenticatedRequest, browser_id: int) -> HttpResponse:
    """Ask a remembered browser for the second factor again, from the next sign-in on."""
    browser = get_object_or_404(Browser, pk=browser_id, user=request.user)
    browsers.forget_browser(browser=browser, client=client_of(request))
    messages.success(request, _("That browser is asked for the second factor again."))
    return redirect("accounts:sessions")


@require_POST
def forget_browsers(request: AuthenticatedRequest) -> HttpResponse:
    browsers.forget_browsers(user=request.user)
    _record(request, Event.BROWSERS_FORGOTTEN, "")
    messages.success(request, _("Every browser is asked for the second factor again."))
    return redirect("accounts:sessions")


@require_safe
def history_page(request: AuthenticatedRequest) -> HttpResponse:
    """Show what happened to the account, the newest first, a page at a time."""
    events = SecurityEvent.objects.filter(user=request.user).select_related("by")
    before = request.GET.get("before", "")
    # More digits than any id has would be too large for the database.
    if before.isdecimal() and len(before) <= ID_DIGITS:
        events = events.filter(pk__lt=int(before))
    rows = list(events.order_by("-id")[: PAGE + 1])
    context = {
        "events": [
            _described(event) | {"alarming": event.kind in ALARMING} for event in rows[:PAGE]
        ],
        "older": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "first": not before,
    }
    return render(request, "accounts/history.html", context)


def _record(request: AuthenticatedRequest, kind: Event, detail: str) -> None:
    history.record(user=request.user, kind=kind, client=client_of(request), detail=detail)
