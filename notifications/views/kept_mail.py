"""A laptop's mails and texts, and the look of each kind. Nowhere else is any of it shown."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.csp import CSP
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from notifications import kept_mail
from notifications.looks import Look, find_look, looks

# When the style of dark readers applies.
SCHEMES = {"light": "@media not all", "dark": "@media all"}

type View[**P] = Callable[Concatenate[HttpRequest, P], HttpResponse]

# Our page shows the mail in a frame. The mail itself may do nothing but have a style.
FRAMING: dict[str, Any] = {**settings.SECURE_CSP, "frame-src": [CSP.SELF]}
MAIL: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.UNSAFE_INLINE],
    "img-src": ["data:"],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.NONE],
    "frame-ancestors": [CSP.SELF],
    "sandbox": ["allow-popups"],
}


def on_a_laptop[**P](view: View[P]) -> View[P]:
    """Answer 404 anywhere else: a mail is for whom it was sent to."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not settings.SHOW_OUTBOX:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@on_a_laptop
def outbox_page(request: HttpRequest) -> HttpResponse:
    return render(request, "notifications/outbox/list.html", {"mails": list(kept_mail.kept())})


@require_safe
@csp_override(FRAMING)
@on_a_laptop
def mail_page(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "notifications/outbox/mail.html", {"mail": _find(name)})


@require_safe
@xframe_options_sameorigin
@csp_override(MAIL)
@on_a_laptop
def mail_html(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(_find(name).html)


@require_safe
@csp_override(FRAMING)
@on_a_laptop
def looks_page(request: HttpRequest, kind: str = "new_browser") -> HttpResponse:
    events, letters = looks()
    context = {"look": _look(kind), "events": events, "letters": letters}
    return render(request, "notifications/outbox/looks.html", context)


@require_safe
@xframe_options_sameorigin
@csp_override(MAIL)
@on_a_laptop
def look_html(request: HttpRequest, kind: str) -> HttpResponse:
    """Answer the mail as it is; with `?scheme=light` or `dark`, as a reader of that kind shows it.

    Browsers ask the system for its scheme, and not the frame.
    """
    html = _look(kind).html
    if (scheme := request.GET.get("scheme")) in SCHEMES:
        html = html.replace("@media (prefers-color-scheme: dark)", SCHEMES[scheme])
        html = html.replace('content="light dark"', f'content="{scheme}"')
    return HttpResponse(html)


def _find(name: str) -> kept_mail.KeptMail:
    mail = kept_mail.find(name)
    if mail is None:
        raise Http404
    return mail


def _look(name: str) -> Look:
    look = find_look(name)
    if look is None:
        raise Http404
    return look
