"""Webhooks of one's own."""

from collections.abc import Callable
from datetime import timedelta

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notifications import endpoints
from notifications.errors import NotificationError
from notifications.forms import ChallengeForm, WebhookForm
from notifications.http import PersonRequest
from notifications.models import Delivery, Webhook, WebhookCall
from notifications.receivers import webhooks
from notifications.webhooks.keys import rotate

CALLS_SHOWN = 20
SOON = timedelta(minutes=2)


def _own_or_404(request: PersonRequest, uuid: object) -> Webhook:
    own = Webhook.objects.filter(endpoint__user_id=request.user.pk)
    return get_object_or_404(own.select_related("endpoint"), endpoint__uuid=uuid)


@require_http_methods(["GET", "HEAD", "POST"])
def webhooks_page(request: PersonRequest) -> HttpResponse:
    """List the webhooks; add one by POST, and show its secret this once."""
    if not settings.WEBHOOKS:
        raise Http404
    if request.method == "POST":
        return _add(request)
    return _list(request, WebhookForm())


def _list(request: PersonRequest, form: WebhookForm) -> HttpResponse:
    context = {"webhooks": webhooks.webhooks_of(request.user), "form": form}
    status = 400 if form.is_bound else 200
    return render(request, "notifications/webhooks/list.html", context, status=status)


def _add(request: PersonRequest) -> HttpResponse:
    form = WebhookForm(request.POST)
    if form.is_valid():
        return _make(request, form)
    return _list(request, form)


def _make(request: PersonRequest, form: WebhookForm) -> HttpResponse:
    try:
        webhook, secret = _add_confirmed(request, form)
    except NotificationError as error:
        form.add_error("url", str(error))
        return _list(request, form)
    return _detail(request, webhook, secret=secret)


@reauthentication_required(app="allauth.account")  # type: ignore[untyped-decorator]
def _add_confirmed(request: PersonRequest, form: WebhookForm) -> tuple[Webhook, str]:
    """Like a token, a webhook carries news out of the account: who is there is asked first."""
    return webhooks.add_webhook(user=request.user, **form.cleaned_data)


@require_safe
def webhook_page(request: PersonRequest, uuid: str) -> HttpResponse:
    """Show one webhook and its last calls; `?before=` goes on to older ones."""
    return _detail(request, _own_or_404(request, uuid))


def _detail(
    request: PersonRequest,
    webhook: Webhook,
    *,
    secret: str = "",
    form: ChallengeForm | None = None,
) -> HttpResponse:
    calls = WebhookCall.objects.filter(endpoint_id=webhook.pk).order_by("-pk")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit():
        calls = calls.filter(pk__lt=int(before[:18]))
    page = list(calls[: CALLS_SHOWN + 1])
    context = {
        "webhook": webhook,
        "endpoint": webhook.endpoint,
        "calls": page[:CALLS_SHOWN],
        "older": page[CALLS_SHOWN - 1].pk if len(page) > CALLS_SHOWN else None,
        "is_waiting": _is_waiting(webhook),
        "is_paused": webhook.endpoint.disabled_reason == webhooks.PAUSED,
        "secret": secret,
        "form": form or ChallengeForm(),
    }
    status = 400 if form is not None else 200
    return render(request, "notifications/webhooks/detail.html", context, status=status)


def _is_waiting(webhook: Webhook) -> bool:
    """Tell whether something is about to be posted: then the page looks for news by itself."""
    soon = timezone.now() + SOON
    return Delivery.objects.open().filter(endpoint_id=webhook.pk, due_at__lt=soon).exists()


@require_POST
def confirm_webhook(request: PersonRequest, uuid: str) -> HttpResponse:
    """Take the challenge that somebody saw arrive at the address."""
    webhook = _own_or_404(request, uuid)
    form = ChallengeForm(request.POST)
    if form.is_valid():
        try:
            webhooks.confirm(webhook=webhook, challenge=form.cleaned_data["challenge"])
        except NotificationError as error:
            form.add_error("challenge", str(error))
        else:
            messages.success(request, _("The address is confirmed. Posts begin with what is next."))
            return redirect("notifications:webhook", uuid=uuid)
    return _detail(request, webhook, form=form)


@require_POST
@reauthentication_required(app="allauth.account")  # type: ignore[untyped-decorator]
def rotate_webhook(request: PersonRequest, uuid: str) -> HttpResponse:
    """Exchange the secret, and show the new one this once."""
    webhook = _own_or_404(request, uuid)
    secret = rotate(webhook=webhook)
    webhook.refresh_from_db()
    return _detail(request, webhook, secret=secret)


@require_POST
def challenge_webhook(request: PersonRequest, uuid: str) -> HttpResponse:
    done = _("A new challenge is on its way.")
    return _do(request, uuid, lambda webhook: webhooks.send_challenge(webhook=webhook), done)


@require_POST
def test_webhook(request: PersonRequest, uuid: str) -> HttpResponse:
    done = _("A test is on its way. Its answer appears below.")
    return _do(request, uuid, lambda webhook: webhooks.send_test(webhook=webhook), done)


@require_POST
def pause_webhook(request: PersonRequest, uuid: str) -> HttpResponse:
    done = _("Paused. What happens meanwhile is not posted later.")
    return _do(request, uuid, lambda webhook: webhooks.pause(webhook=webhook), done)


@require_POST
def resume_webhook(request: PersonRequest, uuid: str) -> HttpResponse:
    done = _("Switched on.")
    return _do(request, uuid, lambda webhook: webhooks.resume(webhook=webhook), done)


@require_POST
def send_call_again(request: PersonRequest, uuid: str, call_id: int) -> HttpResponse:
    calls = WebhookCall.objects.filter(endpoint__user_id=request.user.pk, endpoint__uuid=uuid)
    call = get_object_or_404(calls, pk=call_id)
    done = _("It is sent again, under the same id.")
    return _do(request, uuid, lambda own: webhooks.send_again(webhook=own, call=call), done)


def _do(
    request: PersonRequest, uuid: str, what: Callable[[Webhook], None], done: str
) -> HttpResponse:
    webhook = _own_or_404(request, uuid)
    try:
        what(webhook)
    except NotificationError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("notifications:webhook", uuid=uuid)


@require_POST
def remove_webhook(request: PersonRequest, uuid: str) -> HttpResponse:
    webhook = _own_or_404(request, uuid)
    label = webhook.endpoint.label
    endpoints.remove_endpoint(endpoint=webhook.endpoint)
    messages.success(request, _("“%s” is removed. Nothing more is posted there.") % label)
    return redirect("notifications:webhooks")
