"""Sharing one thing: the page of its people, links and requests; people and links changed."""

from base64 import b64encode
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from files.errors import ShareError
from files.forms import ChangeShareForm, GrantForm, RequestForm, ShareForm
from files.grants import end_grant, grant_access
from files.http import AuthenticatedRequest
from files.models import Grant, Node, Share
from files.policy import Action
from files.requests import create_request
from files.sharing import change_link, create_link, revoke_link
from files.views.answers import act_of, answers_errors, next_url, node_for

MEGABYTE = 1000**2
# Three forms on one page: no two fields of one id.
LINK_IDS, GRANT_IDS, REQUEST_IDS = "link-%s", "people-%s", "request-%s"


@require_http_methods(["GET", "HEAD", "POST"])
@answers_errors
def share(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Show how a thing is shared; make a link by POST, and show it this once."""
    node = _shareable(request, pk)
    form = ShareForm(request.POST or None, auto_id=LINK_IDS)
    if form.is_valid():
        try:
            return _page(request, node, made=_make_link(request, node, form.cleaned_data))
        except ShareError as error:
            form.add_error(None, str(error))
    return _page(request, node, link_form=form)


@require_POST
@answers_errors
def grant(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Share a thing with a person. What is answered does not tell whether there is one."""
    node = _shareable(request, pk)
    form = GrantForm(request.POST, auto_id=GRANT_IDS)
    if form.is_valid():
        wish = form.cleaned_data
        try:
            made = grant_access(
                node=node,
                address=wish["address"],
                role=Grant.Role(wish["role"]),
                act=act_of(request),
            )
        except ShareError as error:
            form.add_error("address", str(error))
        else:
            messages.success(
                request,
                _("Shared with %(address)s. They find it under “Shared with me”.")
                % {"address": made.address},
            )
            return redirect("files:share", node.pk)
    return _page(request, node, grant_form=form)


@require_POST
@answers_errors
def ask_for_files(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Make a file request for a folder, and show its link this once."""
    node = _shareable(request, pk)
    form = RequestForm(request.POST, auto_id=REQUEST_IDS)
    if form.is_valid():
        try:
            return _page(request, node, made=_make_request(request, node, form.cleaned_data))
        except ShareError as error:
            form.add_error(None, str(error))
    return _page(request, node, request_form=form)


def _shareable(request: AuthenticatedRequest, pk: UUID) -> Node:
    node = node_for(request, Action.SHARE, pk)
    if node.is_root:
        raise Node.DoesNotExist
    return node


def _make_link(request: AuthenticatedRequest, node: Node, wish: dict[str, Any]) -> dict[str, str]:
    _share, secret = create_link(
        node=node,
        label=wish["label"],
        password=wish["password"],
        expires_at=_in_days(wish["days"]),
        max_downloads=wish["max_downloads"],
        view_only=wish["view_only"],
        act=act_of(request),
    )
    return _shown(_("The link"), reverse("guest:open", args=[secret]))


def _make_request(
    request: AuthenticatedRequest, node: Node, wish: dict[str, Any]
) -> dict[str, str]:
    _request, secret = create_request(
        node=node,
        label=wish["label"],
        message=wish["message"],
        password=wish["password"],
        expires_at=_in_days(wish["days"]),
        max_files=wish["max_files"],
        max_file_bytes=(wish["max_file_mb"] or 0) * MEGABYTE or None,
        max_bytes=(wish["max_mb"] or 0) * MEGABYTE or None,
        act=act_of(request),
    )
    return _shown(_("The link to send files"), reverse("sender:open", args=[secret]))


def _in_days(days: int) -> datetime | None:
    return timezone.now() + timedelta(days=days) if days else None


def _shown(title: str, path: str) -> dict[str, str]:
    """Return the link for the page that shows it once, and its QR code for a phone beside."""
    url = f"{settings.SITE_URL}{path}"
    out = BytesIO()
    # Black on white also in the dark: cameras want it so.
    segno.make(url, error="m").save(
        out, kind="svg", scale=4, border=4, dark="#000", light="#fff", xmldecl=False
    )
    qr = f"data:image/svg+xml;base64,{b64encode(out.getvalue()).decode()}"
    return {"title": title, "url": url, "qr": qr}


def _page(
    request: AuthenticatedRequest,
    node: Node,
    *,
    made: dict[str, str] | None = None,
    link_form: Form | None = None,
    grant_form: Form | None = None,
    request_form: Form | None = None,
) -> HttpResponse:
    refused = [form for form in (link_form, grant_form, request_form) if form and form.errors]
    context = {
        "node": node,
        "made": made,
        "link_form": link_form or ShareForm(auto_id=LINK_IDS),
        "grant_form": grant_form or GrantForm(auto_id=GRANT_IDS),
        "request_form": request_form or RequestForm(auto_id=REQUEST_IDS),
        "grants": node.grants.select_related("person").order_by("created_at"),
        "shares": node.shares.filter(revoked_at=None).order_by("-created_at"),
        "file_requests": node.file_requests.listed().order_by("-created_at"),
        "requests_on": settings.FILES_REQUESTS and node.is_folder,
        "roles": Grant.Role,
    }
    return render(request, "files/share.html", context, status=400 if refused else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def change_share(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Give a link other terms, without another address."""
    found = _own_share(request, pk)
    form = ChangeShareForm(request.POST or None, initial=_terms(found))
    if form.is_valid():
        wish = form.cleaned_data
        try:
            change_link(
                share=found,
                label=wish["label"],
                password="" if wish["no_password"] else wish["password"] or None,
                expires_at=same_minute(wish["expires_at"], found.expires_at),
                max_downloads=wish["max_downloads"],
                view_only=wish["view_only"],
                act=act_of(request),
            )
        except ShareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Changed. The address stays as it was."))
            return redirect("files:share", found.node_id)
    context = {"form": form, "share": found, "node": found.node}
    return render(request, "files/change_share.html", context, status=400 if form.errors else 200)


def _terms(share: Share) -> dict[str, Any]:
    return {
        "label": share.label,
        "expires_at": share.expires_at,
        "max_downloads": share.max_downloads,
        "view_only": share.view_only,
    }


def same_minute(wish: datetime | None, known: datetime | None) -> datetime | None:
    """Return the known end where the form, which shows no seconds, sent it back unchanged."""
    same = wish and known and wish == known.replace(second=0, microsecond=0)
    return known if same else wish


def _own_share(request: AuthenticatedRequest, pk: UUID) -> Share:
    own = Share.objects.owned_by(request.user).filter(revoked_at=None)
    return get_object_or_404(own.select_related("node"), pk=pk)


@require_POST
def revoke(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(Share.objects.owned_by(request.user).select_related("node"), pk=pk)
    revoke_link(share=found, act=act_of(request))
    messages.success(request, _("The link has ended. Whoever has it finds nothing now."))
    return back_to_sharing(request, found.node_id)


@require_POST
def change_grant(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Give somebody who is let in another role."""
    found = get_object_or_404(_given(request), pk=pk)
    role = request.POST.get("role", "")
    if role not in Grant.Role.values:
        messages.error(request, _("Choose what they may do."))
    else:
        grant_access(
            node=found.node, address=found.address, role=Grant.Role(role), act=act_of(request)
        )
        messages.success(
            request, _("Changed what %(address)s may do.") % {"address": found.address}
        )
    return back_to_sharing(request, found.node_id)


@require_POST
def revoke_grant(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(_given(request), pk=pk)
    end_grant(grant=found, act=act_of(request))
    messages.success(request, _("No longer shared with %(address)s.") % {"address": found.address})
    return back_to_sharing(request, found.node_id)


def _given(request: AuthenticatedRequest) -> Any:
    return Grant.objects.given_by(request.user).select_related("node", "node__owner", "person")


def back_to_sharing(request: AuthenticatedRequest, node_id: UUID) -> HttpResponse:
    """Return to the page that the form names, or to the thing's own."""
    way = next_url(request)
    return redirect("files:share", node_id) if way == "files:home" else redirect(way)


@require_POST
def leave(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Give up something that is shared with the person."""
    held = Grant.objects.filter(person=request.user.pk).select_related("node", "node__owner")
    found = get_object_or_404(held, pk=pk)
    end_grant(grant=found, act=act_of(request))
    messages.success(
        request, _("“%(name)s” is no longer shared with you.") % {"name": found.node.name}
    )
    return redirect("files:shared")
