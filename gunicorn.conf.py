"""How gunicorn serves the site, wherever it runs. Sizes come from the environment.

Why each is as it is: docs/operate/gunicorn.md.
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

# Before anything imports prometheus_client, which looks for it once: each process counts in files
# of its own there, and whoever is asked adds them up.
_own_metrics = (
    "" if "PROMETHEUS_MULTIPROC_DIR" in os.environ else tempfile.mkdtemp(prefix="metrics-")
)
if _own_metrics:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = _own_metrics

wsgi_app = "devops360.wsgi"
_address = os.environ.get("BIND_ADDRESS", "127.0.0.1")
bind = [f"{_address}:{os.environ.get('PORT', '8000')}"]
# The metrics' port: reached by the operator's network alone. 0 for none.
if os.environ.get("METRICS_PORT", "0") != "0":
    bind.append(f"{_address}:{os.environ['METRICS_PORT']}")
# gthread, with an end to waiting for headers.
worker_class = "devops360.web_worker.SiteWorker"
workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
# Loaded once, then forked: quicker to start, and the processes share what they never write.
preload_app = True
# A gthread worker's heartbeat does not wait for requests: a long upload is not cut by this.
timeout = int(os.environ.get("WEB_TIMEOUT", "60"))
graceful_timeout = int(os.environ.get("GRACEFUL_SECONDS", "30"))
keepalive = 15
# Whatever leaks, leaks for so many requests; with jitter, so that not all leave at once.
max_requests = int(os.environ.get("WEB_MAX_REQUESTS", "20000"))
max_requests_jitter = max_requests // 10
# The heartbeat file must not live on a disk that may stall.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
control_socket_disable = True
# Requests are told of by devops360.observability, by route: an access log would hold the secrets
# of links.
accesslog = None
if (
    os.environ.get("LOG_FORMAT", "json" if os.environ.get("ENVIRONMENT") == "production" else "")
    == "json"
):
    logconfig_dict = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "devops360.observability.logs.JsonFormatter"}},
        "handlers": {
            "stdout": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": "json",
            }
        },
        "root": {"handlers": ["stdout"], "level": "INFO"},
        "loggers": {
            "gunicorn.error": {"handlers": [], "propagate": True, "level": "INFO"},
            # With a configuration of logs gunicorn switches this one on: see accesslog.
            "gunicorn.access": {"handlers": [], "propagate": False, "level": "CRITICAL"},
        },
    }
loglevel = os.environ.get("LOG_LEVEL", "info").lower()


def when_ready(server: Any) -> None:
    """Wait with leaving until balancers have noticed. By now gunicorn's own handler is there."""
    from devops360.draining import drain_before_stopping  # noqa: PLC0415  (the site is loaded now)

    seconds = float(os.environ.get("DRAIN_SECONDS", "0"))
    if seconds:
        drain_before_stopping(seconds)


def post_fork(server: Any, worker: Any) -> None:
    worker.header_seconds = float(os.environ.get("WEB_HEADER_SECONDS", "20"))


def post_worker_init(worker: Any) -> None:
    from django.conf import settings  # noqa: PLC0415  (the site is loaded now)

    from devops360.observability import emf  # noqa: PLC0415

    emf.start(settings.SERVICE)


def post_request(worker: Any, request: Any, environ: dict[str, Any], response: Any) -> None:
    """Let whoever is still sending see the answer that came before the end of their body."""
    from devops360.request_body import pass_over_rest  # noqa: PLC0415  (the site is loaded now)

    pass_over_rest(environ)


def child_exit(server: Any, worker: Any) -> None:
    """Let what a process has counted stay counted, and its gauges go."""
    from prometheus_client import multiprocess  # noqa: PLC0415  (after the folder was named)

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    if _own_metrics:
        shutil.rmtree(_own_metrics, ignore_errors=True)
