"""Unsubscribing from a link in a mail: no sign-in, one click, and nothing by looking."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from notifications.errors import NotificationError
from notifications.preferences import SUBJECTS
from notifications.unsubscribing import read_token, unsubscribe

TEMPLATE = "notifications/unsubscribe.html"


# Mail readers post here by themselves (RFC 8058), without a page of ours and so without its CSRF
# token. The signed token in the address is what allows it: a forger has none, and needs the mail.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    try:
        if request.method == "POST":
            return render(request, TEMPLATE, {"subject": unsubscribe(token=token), "done": True})
        subject = SUBJECTS.get(read_token(token).subject)
    except NotificationError as error:
        return render(request, TEMPLATE, {"error": str(error)}, status=404)
    return render(request, TEMPLATE, {"subject": subject})
