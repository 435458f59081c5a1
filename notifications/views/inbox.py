"""The inbox: a page, the actions on it, and the number on the bell."""

import json
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from notifications import inbox
from notifications.errors import NotificationError
from notifications.http import PersonRequest
from notifications.kinds.base import Category
from notifications.messages import words_of
from notifications.parsing import Shown, parse_change, parse_moment, parse_shown

TEMPLATE = "notifications/inbox.html"
BOXES = (
    (inbox.INBOX, gettext_lazy("Inbox")),
    (inbox.UNREAD, gettext_lazy("Unread")),
    (inbox.ARCHIVE, gettext_lazy("Archive")),
)


@require_safe
def inbox_page(request: PersonRequest) -> HttpResponse:
    shown = parse_shown(request.GET)
    return render(request, TEMPLATE, _context(request, shown))


@require_POST
def change(request: PersonRequest) -> HttpResponse:
    """Mark or put away what was chosen; the same view undoes it."""
    try:
        action, ids = parse_change(request.POST)
    except NotificationError as error:
        return HttpResponse(str(error), status=HTTPStatus.BAD_REQUEST, content_type="text/plain")
    done = inbox.CHANGES[action](user=request.user, ids=ids)
    undo = {"change": inbox.UNDO[action], "id": [str(each) for each in ids]}
    return _answer(request, said(action, done), undo=undo if done else None)


@require_POST
def read_all(request: PersonRequest) -> HttpResponse:
    done, moment = inbox.mark_all_read(user=request.user)
    undo = {"at": moment.isoformat()}
    return _answer(request, said("read", done), undo=undo if done else None)


@require_POST
def unread_all(request: PersonRequest) -> HttpResponse:
    """Undo `read_all`."""
    try:
        done = inbox.undo_all_read(user=request.user, at=parse_moment(request.POST))
    except NotificationError as error:
        return HttpResponse(str(error), status=HTTPStatus.BAD_REQUEST, content_type="text/plain")
    return _answer(request, said("unread", done), undo=None)


@require_safe
def bell(request: PersonRequest) -> HttpResponse:
    """Return how many are unread, and the newest of them: what an open page asks now and then."""
    newest = inbox.newest_unread(request.user)
    if newest is None:
        return JsonResponse({"unread": 0, "newest": None})
    return JsonResponse(
        {
            "unread": inbox.unread_count(request.user),
            "newest": {"id": newest.pk, "title": words_of(newest).title, "url": newest.url},
        }
    )


def said(action: str, done: int) -> str:
    words = {
        "read": ngettext("%d marked as read.", "%d marked as read.", done),
        "unread": ngettext("%d marked as unread.", "%d marked as unread.", done),
        "archive": ngettext("%d put away.", "%d put away.", done),
        "restore": ngettext("%d is back in the inbox.", "%d are back in the inbox.", done),
    }
    return words[action] % done if done else _("Nothing has changed.")


def _answer(request: PersonRequest, words: str, *, undo: dict[str, Any] | None) -> HttpResponse:
    """Answer a script with the list as it is now and what to say, a form with the page it was on.

    `next` is the query of that page: which box, category and page of it.
    """
    shown = parse_shown(QueryDict(request.POST.get("next", "")))
    if not request.htmx:
        messages.success(request, words)
        return redirect(f"{reverse('notifications:inbox')}?{_query(shown)}")
    response = render(request, f"{TEMPLATE}#listing", _context(request, shown))
    response["HX-Trigger"] = json.dumps({"notifications:said": {"message": words, "undo": undo}})
    return response


def _context(request: PersonRequest, shown: Shown) -> dict[str, Any]:
    page = inbox.page_of(
        user=request.user, box=shown.box, category=shown.category, before=shown.before
    )
    return {
        "page": page,
        "shown": shown,
        "query": _query(shown),
        "categories": Category.choices,
        "boxes": BOXES,
    }


def _query(shown: Shown) -> str:
    query = QueryDict(mutable=True)
    values = {"box": shown.box if shown.box != inbox.INBOX else "", "category": shown.category}
    query.update({name: value for name, value in values.items() if value})
    if shown.before is not None:
        query["before"] = str(shown.before)
    return query.urlencode()
