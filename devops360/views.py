"""Pages that belong to the whole site: errors, the icon."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form's protection has run out, and how to go on. The reason is for the log."""
    return render(request, "403_csrf.html", status=403)


@login_not_required
@require_safe
@cache_control(public=True, max_age=86_400)
def favicon(request: HttpRequest) -> HttpResponse:
    """Lead those who ask for the well-known name, for bookmarks and tabs, to the icon."""
    return redirect(static("img/icon-192.png"))
