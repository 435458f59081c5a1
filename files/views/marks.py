"""Stars, and the pages of what is starred and what is recent."""

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from files.http import AuthenticatedRequest
from files.models import Node
from files.recent import By, recent_page
from files.stars import star_nodes, starred_page, unstar_nodes
from files.views.answers import answers_errors, count, done
from files.views.listing import fragment
from files.views.rows import marked_context, meant_nodes, with_places

RECENT = {
    By.OPENED: "Opened",
    By.CHANGED: "Changed",
    By.ADDED: "Added",
}


@require_safe
@gzip_page
@vary_on_headers("HX-Request")
def starred(request: AuthenticatedRequest) -> HttpResponse:
    try:
        page = starred_page(user=request.user, after=request.GET.get("after", ""))
    except ValueError:
        return HttpResponseBadRequest(_("This is no place in the list."))
    context = {"view": "list", **marked_context(request, with_places(request, page))}
    return render(request, fragment(request, "files/starred.html", "listing"), context)


@require_safe
@gzip_page
@vary_on_headers("HX-Request")
def recent(request: AuthenticatedRequest) -> HttpResponse:
    asked = request.GET.get("by", "")
    by = By(asked) if asked in set(By) else By.OPENED
    try:
        page = recent_page(user=request.user, by=by, after=request.GET.get("after", ""))
    except ValueError:
        return HttpResponseBadRequest(_("This is no place in the list."))
    context = {
        "by": by.value,
        "by_label": RECENT[by],
        "tabs": [(choice.value, label) for choice, label in RECENT.items()],
        "view": "list",
        **marked_context(request, with_places(request, page)),
    }
    return render(request, fragment(request, "files/recent.html", "listing"), context)


@require_POST
@answers_errors
def star(request: AuthenticatedRequest) -> HttpResponse:
    nodes = meant_nodes(request)
    new = star_nodes(user=request.user, nodes=nodes)
    undo = {"url": reverse("files:unstar"), "ids": [str(pk) for pk in new]}
    return done(
        request,
        _("Starred %(what)s.") % {"what": _what(nodes)},
        [n.pk for n in nodes],
        undo if new else None,
    )


@require_POST
@answers_errors
def unstar(request: AuthenticatedRequest) -> HttpResponse:
    nodes = meant_nodes(request)
    gone = unstar_nodes(user=request.user, nodes=nodes)
    undo = {"url": reverse("files:star"), "ids": [str(pk) for pk in gone]}
    said = _("Took the star from %(what)s.") % {"what": _what(nodes)}
    return done(request, said, [node.pk for node in nodes], undo if gone else None)


def _what(nodes: list[Node]) -> str:
    return f"“{nodes[0].name}”" if len(nodes) == 1 else count(len(nodes))
