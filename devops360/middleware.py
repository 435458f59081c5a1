"""Security headers that Django has no setting for."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_cache_control

from devops360.health import readiness
from devops360.outage import outage
from devops360.views import unavailable

type GetResponse = Callable[[HttpRequest], HttpResponse]

NO_STORE = {"Cache-Control": "no-store"}
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
)


class ProbeMiddleware:
    """Answer `/livez` and `/readyz` before anything else looks at the request.

    Balancers and Kubernetes ask by the address of a pod, over plain HTTP: such a request has no
    Host that ALLOWED_HOSTS could know, and must not be redirected to HTTPS.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        if request.path == "/livez":
            return HttpResponse("ok\n", content_type="text/plain", headers=NO_STORE)
        if request.path == "/readyz":
            ready, parts = readiness()
            body = {"ready": ready, "parts": parts}
            return JsonResponse(body, status=200 if ready else 503, headers=NO_STORE)
        return self.get_response(request)


class SecurityHeadersMiddleware:
    """Keep private pages out of caches, other origins out of our resources, TRACE out.

    ASVS 5.0: 3.4.8, 3.5.8, 13.4.4, 14.3.2. A view that sets a header itself is left alone.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "TRACE":
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD, POST, PUT, DELETE"})
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if "Cache-Control" not in response.headers:
            patch_cache_control(response, private=True, no_store=True)
        return response


class OutageMiddleware:
    """Refuse at once while no connection to the database is to be had, but for one who tries.

    Before the sessions, which ask it first; behind the static files, which need none.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not outage.lets_through():
            return unavailable(request)
        response = self.get_response(request)
        if response.status_code != HTTPStatus.SERVICE_UNAVAILABLE:
            outage.end()
        return response
