"""How gunicorn serves the site, wherever it runs. Sizes come from the environment."""

import os
from pathlib import Path

wsgi_app = "devops360.wsgi"
bind = f"{os.environ.get('BIND_ADDRESS', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
# Loaded once, then forked: quicker to start, and the processes share what they never write.
preload_app = True
# A gthread worker's heartbeat does not wait for requests: a long upload is not cut by this.
timeout = 60
graceful_timeout = 30
keepalive = 15
# The heartbeat file must not live on a disk that may stall.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
control_socket_disable = True
accesslog = "-" if os.environ.get("ACCESS_LOG") == "1" else None
loglevel = os.environ.get("LOG_LEVEL", "info").lower()
