"""Links to a file or a folder: made, listed and ended by its owner."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from files.errors import ShareError
from files.forms import ShareForm
from files.http import AuthenticatedRequest
from files.models import Node, Share
from files.policy import Action
from files.sharing import create_link, revoke_link
from files.views.answers import answers_errors, node_for


@require_http_methods(["GET", "HEAD", "POST"])
@answers_errors
def share(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """List the links to a thing; make one by POST, and show it this once."""
    node = node_for(request, Action.SHARE, pk)
    if node.is_root:
        raise Node.DoesNotExist
    form = ShareForm(request.POST or None)
    link = ""
    if form.is_valid():
        try:
            link = _make(node, form)
        except ShareError as error:
            form.add_error(None, str(error))
    context = {
        "node": node,
        "form": ShareForm() if link else form,
        "link": link,
        "shares": node.shares.filter(revoked_at=None).order_by("-created_at"),
    }
    status = 400 if form.errors else 200
    return render(request, "files/share.html", context, status=status)


def _make(node: Node, form: ShareForm) -> str:
    wish = form.cleaned_data
    days = wish["days"]
    _share, secret = create_link(
        node=node,
        label=wish["label"],
        password=wish["password"],
        expires_at=timezone.now() + timedelta(days=days) if days else None,
        max_downloads=wish["max_downloads"],
    )
    return f"{settings.SITE_URL}{reverse('guest:open', args=[secret])}"


@require_POST
def revoke(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(Share.objects.owned_by(request.user).select_related("node"), pk=pk)
    revoke_link(share=found)
    messages.success(request, "The link has ended. Whoever has it finds nothing now.")
    return redirect("files:share", found.node_id)
