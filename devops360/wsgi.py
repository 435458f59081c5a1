"""The WSGI application that gunicorn serves: the site, and metrics on a port of their own."""

import os
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "devops360.settings")

from devops360.observability import tracing

# Before middleware is loaded, which it adds to.
tracing.start(f"devops360-{settings.SERVICE}")
site = get_wsgi_application()

# Here, since it imports models: the apps are loaded by now.
from devops360.observability.metrics import metrics_application  # noqa: E402
from devops360.request_body import receive_directly  # noqa: E402

METRICS_PORT = os.environ.get("METRICS_PORT", "0")


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer by the port that the request came in at; no header can choose it."""
    if METRICS_PORT != "0" and environ["SERVER_PORT"] == METRICS_PORT:
        return metrics_application(environ, start_response)
    receive_directly(environ)
    return site(environ, start_response)
