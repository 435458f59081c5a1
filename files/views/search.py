"""The page of a search."""

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from files.http import AuthenticatedRequest
from files.listing import Page
from files.search import ORDER, search_page
from files.search_form import MAX_LENGTH, SearchForm
from files.views.listing import cursor_from, fragment
from files.views.rows import marked_context, with_places


@require_safe
@gzip_page
@vary_on_headers("HX-Request")
def search(request: AuthenticatedRequest) -> HttpResponse:
    asked = request.GET.copy()
    # Whoever pastes a page into the box wants its first words; no name holds a NUL.
    asked["q"] = asked.get("q", "").replace("\0", "").strip()[:MAX_LENGTH]
    form = SearchForm(asked, user=request.user)
    try:
        after = cursor_from(request, ORDER)
    except ValueError as error:
        return HttpResponseBadRequest(str(error))
    page, empty = Page([], ""), False
    if form.is_valid():
        criteria = form.criteria
        empty = criteria.is_empty
        page = search_page(owner=request.user, criteria=criteria, after=after)
    context = {
        "form": form,
        "query": asked["q"],
        "asked_nothing": empty,
        "view": "list",
        **marked_context(request, with_places(request, page)),
    }
    template = fragment(request, "files/search.html", "results")
    # htmx shows nothing of an answer that failed, and this one says what is wrong.
    shown = form.is_valid() or request.htmx
    return render(request, template, context, status=200 if shown else 400)
