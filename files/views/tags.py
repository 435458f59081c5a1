"""Tags: the page where they are managed, and the one where they are put on things."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from files.errors import TagTakenError
from files.forms import parse_ids
from files.http import AuthenticatedRequest
from files.models import Node, NodeTag, Tag
from files.tags import (
    change_tag,
    create_tag,
    delete_tag,
    merge_tags,
    named_tags,
    plan_merger,
    tag_nodes,
    tags_of,
    tags_on,
)
from files.views.answers import answers_errors, count, done, wants_json
from files.views.rows import meant_nodes


@require_http_methods(["GET", "POST"])
@answers_errors
def manage(request: AuthenticatedRequest) -> HttpResponse:
    """List the person's tags; POST makes one."""
    if request.method == "POST":
        tag = create_tag(
            user=request.user,
            name=request.POST.get("name", ""),
            colour=_colour(request),
        )
        return done(request, _("Made the tag “%(name)s”.") % {"name": tag.name}, [tag.pk])
    context = {"tags": tags_of(request.user), "colours": Tag.Colour}
    return render(request, "files/tags.html", context)


@require_POST
@answers_errors
def change(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Give a tag another name and colour; where another has the name, ask about merging them."""
    tag = own_tag(request, pk)
    try:
        change_tag(tag=tag, name=request.POST.get("name", ""), colour=_colour(request))
    except TagTakenError as error:
        if wants_json(request):
            raise
        asking = reverse("files:merge_tag", args=[tag.pk])
        return redirect(f"{asking}?into={error.tag_id}")
    return done(request, _("Changed the tag “%(name)s”.") % {"name": tag.name}, [tag.pk])


@require_http_methods(["GET", "HEAD", "POST"])
@answers_errors
def merge(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Say what merging a tag into another, `into`, would do; POST does it."""
    tag, into = own_tag(request, pk), _named_tag(request)
    if request.method != "POST":
        context = {"tag": tag, "into": into, "merger": plan_merger(tag=tag, into=into)}
        return render(request, "files/tag_merge.html", context)
    moved = merge_tags(tag=tag, into=into)
    said = _("Merged “%(tag)s” into “%(into)s”: %(count)s came with it.") % {
        "tag": tag.name,
        "into": into.name,
        "count": count(moved),
    }
    return done(request, said, [into.pk])


@require_POST
@answers_errors
def delete(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    tag = own_tag(request, pk)
    delete_tag(tag=tag)
    return done(
        request, _("Deleted the tag “%(name)s”. What it was on is as it was.") % {"name": tag.name}
    )


@require_http_methods(["GET", "POST"])
@answers_errors
def tag(request: AuthenticatedRequest) -> HttpResponse:
    """Choose tags for what is selected; with `save`, put them on it.

    The choice can be asked for by POST too: an address has no room for a thousand ids. `tag`: ids
    to be on everything. `shown`: those that the page showed as on everything; what of them is not
    in `tag` goes. `new`: a name. So what only some have stays with those.
    """
    nodes = meant_nodes(request)
    if request.method == "GET" or "save" not in request.POST:
        return _choose(request, nodes)
    chosen, shown = _own_tags(request, "tag"), _own_tags(request, "shown")
    new = request.POST.get("new", "").strip()
    made = named_tags(user=request.user, names=[new]) if new else []
    add = list({one.pk: one for one in [*chosen, *made]}.values())
    remove = [one for one in shown if one not in add]
    links, gone = tag_nodes(user=request.user, nodes=nodes, add=add, remove=remove)
    changed = bool(links or gone)
    said = _("Changed the tags of %(what)s.") % {"what": _what(nodes)}
    if not changed:
        said = _("Nothing was changed.")
    undo = _way_back(nodes, links, remove) if changed else None
    return done(request, said, [node.pk for node in nodes], undo)


def _way_back(nodes: list[Node], links: list[NodeTag], removed: list[Tag]) -> dict[str, Any] | None:
    """Return what takes it back; None where only some had a tag before that all have now."""
    new: dict[UUID, int] = {}
    for link in links:
        new[link.tag_id] = new.get(link.tag_id, 0) + 1
    if any(number < len(nodes) for number in new.values()):
        return None
    fields = {
        "save": "1",
        "tag": [str(one.pk) for one in removed],
        "shown": [str(pk) for pk in new],
    }
    ids = [str(node.pk) for node in nodes]
    return {"url": reverse("files:tag"), "ids": ids, "fields": fields}


def _choose(request: AuthenticatedRequest, nodes: list[Node]) -> HttpResponse:
    """Show every tag with how many of the nodes have it."""
    on = tags_on(request.user, [node.pk for node in nodes])
    having: dict[UUID, int] = {}
    for tags in on.values():
        for one in tags:
            having[one.pk] = having.get(one.pk, 0) + 1
    rows = [
        {"tag": one, "all": number == len(nodes), "some": 0 < number < len(nodes)}
        for one in tags_of(request.user)
        for number in [having.get(one.pk, 0)]
    ]
    context: dict[str, Any] = {
        "nodes": nodes,
        "rows": rows,
        "next": request.POST.get("next", "") or request.GET.get("next", ""),
        "what": _what(nodes),
    }
    template = "files/tag.html" + ("#choices" if request.htmx else "")
    return render(request, template, context)


def own_tag(request: AuthenticatedRequest, pk: UUID) -> Tag:
    return get_object_or_404(Tag.objects.owned_by(request.user), pk=pk)


def _named_tag(request: AuthenticatedRequest) -> Tag:
    try:
        return own_tag(request, UUID(request.POST.get("into") or request.GET.get("into", "")))
    except ValueError:
        raise Node.DoesNotExist from None


def _own_tags(request: AuthenticatedRequest, name: str) -> list[Tag]:
    """Return the person's tags of these ids. Those that are gone meanwhile are left out."""
    try:
        ids = parse_ids(request.POST.getlist(name))
    except ValueError:
        raise Node.DoesNotExist from None
    return list(Tag.objects.owned_by(request.user).filter(pk__in=ids))


def _colour(request: AuthenticatedRequest) -> str:
    colour = request.POST.get("colour", "")
    return colour if colour in Tag.Colour else Tag.Colour.GREY


def _what(nodes: list[Node]) -> str:
    return f"“{nodes[0].name}”" if len(nodes) == 1 else count(len(nodes))
