"""What is shared: with the person, and by the person."""

from typing import Any

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from files.http import AuthenticatedRequest
from files.overview import given_page, held_page


@require_safe
def shared_with_me(request: AuthenticatedRequest) -> HttpResponse:
    try:
        page = held_page(user=request.user, after=request.GET.get("after", ""))
    except ValueError:
        return HttpResponseBadRequest(_("This is no place in the list."))
    context: dict[str, Any] = {"grants": page.entries, "next_after": page.next_after}
    return render(request, "files/shared_with_me.html", context)


@require_safe
def shared_by_me(request: AuthenticatedRequest) -> HttpResponse:
    """Show every way for others into the vault, one kind at a time, to end it."""
    kind = request.GET.get("kind", "people")
    try:
        page = given_page(owner=request.user, kind=kind, after=request.GET.get("after", ""))
    except ValueError:
        return HttpResponseBadRequest(_("This is no place in the list."))
    context: dict[str, Any] = {
        "kind": kind,
        "entries": page.entries,
        "next_after": page.next_after,
    }
    return render(request, "files/shared_by_me.html", context)
