"""What guests of links and of requests have in common: the password, and what is not there."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from files.activity import Act
from files.http import address_of, user_agent_of
from files.models import FileRequest, Share
from files.secret_links import (
    AnyLink,
    LinkPasswordError,
    LinkWaitError,
    check_link_password,
    unlock_mark,
)

UNLOCKED = "unlocked_links"
# What a guest's session keeps of links is bounded.
KEPT_AT_MOST = 50


def is_locked(request: HttpRequest, link: AnyLink) -> bool:
    return bool(link.password) and unlock_mark(link) not in request.session.get(UNLOCKED, [])


def keep_mark(request: HttpRequest, name: str, mark: str) -> None:
    """Let the session remember a mark, and forget the oldest beyond KEPT_AT_MOST."""
    kept = [*request.session.get(name, []), mark]
    request.session[name] = kept[-KEPT_AT_MOST:]


def answer_gone(request: HttpRequest) -> HttpResponse:
    """Answer for what ended, expired, was used up or never was: all alike."""
    return render(request, "files/guest/gone.html", status=404)


def ask_password(request: HttpRequest, unlock_url: str, error: str = "") -> HttpResponse:
    context = {"unlock_url": unlock_url, "error": error}
    return render(request, "files/guest/password.html", context, status=403 if error else 200)


def try_password(
    request: HttpRequest, link: AnyLink, *, unlock_url: str, inside_url: str
) -> HttpResponse:
    """Unlock the link for this guest's session, or ask again."""
    try:
        check_link_password(link=link, password=request.POST.get("password", "")[:1000])
    except (LinkPasswordError, LinkWaitError) as error:
        return ask_password(request, unlock_url, str(error))
    keep_mark(request, UNLOCKED, unlock_mark(link))
    return redirect(inside_url)


def hide_from_robots[R: HttpResponseBase](response: R) -> R:
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def guest_act(request: HttpRequest, link: AnyLink, *, guest: str = "") -> Act:
    """Return who does it: whoever has the link. Nobody is named who does not name themselves."""
    return Act(
        guest=guest,
        share=link if isinstance(link, Share) else None,
        request=link if isinstance(link, FileRequest) else None,
        ip=address_of(request),
        user_agent=user_agent_of(request),
    )
