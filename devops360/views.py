"""Pages that belong to the whole site: errors, the icon."""

import sys

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.defaults import bad_request, server_error

from devops360.outage import is_outage, outage, waited_in_vain
from files.api.problems import problem
from files.sizes import filesize
from files.views.answers import RETRY_SECONDS, wants_json

DATABASE_GONE = gettext_lazy(
    "The database does not answer just now. Nothing is half done: try it again."
)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form's protection has run out, and how to go on. The reason is for the log."""
    return render(request, "403_csrf.html", status=403)


@login_not_required
@require_safe
@cache_control(public=True, max_age=86_400)
def favicon(request: HttpRequest) -> HttpResponse:
    """Lead those who ask for the well-known name, for bookmarks and tabs, to the icon."""
    return redirect(static("img/icon-192.png"))


def not_understood(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django refuses to read; of too much at once, say how much may be."""
    if isinstance(exception, TooManyFilesSent):
        return _too_much(request, _files_at_once())
    if isinstance(exception, RequestDataTooBig) and request.content_type == "application/json":
        return _too_much(request, _bytes_at_once())
    if isinstance(exception, (RequestDataTooBig, TooManyFieldsSent)):
        return _too_much(request, _entries_at_once())
    return bad_request(request, exception)


def _entries_at_once() -> str:
    return _(
        "At most %(most)s entries can be chosen at once. Choose fewer, or do it with the folder "
        "that holds them. Nothing was changed."
    ) % {"most": intcomma(settings.FILES_MAX_CHOSEN)}


def _files_at_once() -> str:
    return _(
        "At most %(most)s files can be sent by one form. Send them in several goes. Nothing was "
        "stored."
    ) % {"most": intcomma(settings.DATA_UPLOAD_MAX_NUMBER_FILES)}


def _bytes_at_once() -> str:
    return _("At most %(most)s fit into one request like this. Send it in several.") % {
        "most": filesize(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    }


def _too_much(request: HttpRequest, words: str) -> HttpResponse:
    """Say it to a script, to a part of a page that has room for a sentence, or as a page."""
    if request.path.startswith("/api/"):
        return problem(413, words)
    if wants_json(request):
        return JsonResponse({"error": words}, status=413)
    if "HX-Request" in request.headers:
        return HttpResponse(words, status=413, content_type="text/plain; charset=utf-8")
    return render(request, "too_much.html", {"words": words}, status=413)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer what nobody has caught. A database that is away is a 503: worth another try."""
    error = sys.exception()
    if waited_in_vain(error):
        outage.begin()
    return unavailable(request) if is_outage(error) else server_error(request)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Say to a person or a script that the database does not answer, and when to come back."""
    if request.path.startswith("/api/"):
        response = problem(503, str(DATABASE_GONE))
    elif wants_json(request):
        response = JsonResponse({"error": str(DATABASE_GONE)}, status=503)
    else:
        # Without the request: what fills pages in asks the database.
        response = HttpResponse(render_to_string("503.html"), status=503)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response
