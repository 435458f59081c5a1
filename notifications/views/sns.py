"""Where Amazon SNS posts."""

import logging

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from notifications.inbound.errors import CertificateUnavailableError, NotFromSnsError
from notifications.receivers import reports

logger = logging.getLogger(__name__)

# A message has 256 KiB at most; its JSON may need twice that for escapes.
MAX_BODY = 600 * 1024


# No browser posts here, and no cookie counts: Amazon's signature is what allows it.
@csrf_exempt
@require_POST
def sns_inbound(request: HttpRequest) -> HttpResponse:
    """Take a message. What is not Amazon's learns nothing but that it is refused."""
    if not settings.SNS_INBOUND_TOPICS:
        raise Http404
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
        return HttpResponse(status=413)
    try:
        reports.take(request.body)
    except NotFromSnsError as error:
        logger.warning("sns message refused: %s", error)
        return HttpResponse(status=403)
    except CertificateUnavailableError as error:
        logger.warning("sns message put off: %s", error)
        return HttpResponse(status=503, headers={"Retry-After": "60"})
    return HttpResponse(status=200)
