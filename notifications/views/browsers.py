"""Push messages to browsers: the page, what its script calls, and the worker that it starts."""

from functools import cache
from pathlib import Path

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from notifications import endpoints
from notifications.channels.base import PUSH
from notifications.errors import NotificationError
from notifications.http import PersonRequest
from notifications.models import Endpoint
from notifications.push import vapid
from notifications.receivers import browsers

WORKER = "js/notifications/push-worker.js"


@require_safe
def browsers_page(request: PersonRequest) -> HttpResponse:
    """List the browsers; its script adds this one and takes it away."""
    context = {
        "browsers": browsers.browsers_of(request.user),
        "public_key": vapid.public_key() if vapid.is_configured() else "",
    }
    return render(request, "notifications/browsers.html", context)


@require_POST
def subscribe(request: PersonRequest) -> JsonResponse:
    """Keep this browser's subscription; posting it again renews it."""
    if not vapid.is_configured():
        raise Http404
    try:
        browsers.subscribe(
            user=request.user,
            url=request.POST.get("endpoint", ""),
            p256dh=request.POST.get("p256dh", ""),
            auth=request.POST.get("auth", ""),
            user_agent=request.headers.get("user-agent", ""),
        )
    except NotificationError as error:
        return JsonResponse({"error": str(error)}, status=400)
    return JsonResponse({}, status=201)


def _own_or_404(request: PersonRequest, uuid: object) -> Endpoint:
    own = Endpoint.objects.filter(user_id=request.user.pk, channel=PUSH)
    return get_object_or_404(own, uuid=uuid)


@require_POST
def remove_browser(request: PersonRequest, uuid: str) -> HttpResponse:
    browser = _own_or_404(request, uuid)
    endpoints.remove_endpoint(endpoint=browser)
    messages.success(request, _("%s gets no more messages.") % browser.label)
    return redirect("notifications:browsers")


@require_POST
def test_browser(request: PersonRequest, uuid: str) -> HttpResponse:
    browser = _own_or_404(request, uuid)
    if browser.disabled_at is not None:
        messages.error(request, _("This browser has ended it. Switch it on there again."))
    else:
        browsers.send_test(endpoint=browser)
        messages.success(request, _("A test is on its way to %s.") % browser.label)
    return redirect("notifications:browsers")


@require_safe
def push_worker(request: HttpRequest) -> HttpResponse:
    """Serve the worker under the site's own path: its folder is as far as a worker reaches."""
    return HttpResponse(
        _worker_source(),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache"},
    )


@cache
def _worker_source() -> bytes:
    found = finders.find(WORKER)
    if not isinstance(found, str):
        raise Http404
    return Path(found).read_bytes()
