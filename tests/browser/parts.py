"""The site in its parts behind nginx, as on AWS: `python -m tests.browser.parts`, until Ctrl-C.

Four processes with a role each, a worker, and nginx with deploy/compose/nginx.conf, whose names of
containers become ports. It is prepared and greets as `make run` does, so that the browser's tests
can run on it: BROWSER_SITE=parts. With a DATABASE_URL of PostgreSQL, which must let its owner make
logins and sign in without a password, each part signs in as itself and has its own rights alone.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from devops360.database_roles import login_of
from devops360.roles import PREFIXES
from tests.operations.processes import free_port, get
from tests.programs import find_nginx

ROOT = Path(__file__).resolve().parents[2]
PARTS = sorted(set(PREFIXES.values()))
START_SECONDS = 180
PYTHON = sys.executable
Environment = dict[str, str]


def nginx_program() -> str:
    found = find_nginx()
    if not found:
        raise SystemExit("Install nginx.")
    return found


def nginx_configuration(*, place: Path, port: int, ports: dict[str, int]) -> str:
    """Return compose's configuration for this machine: other ports, another place for its files."""
    text = (ROOT / "deploy/compose/nginx.conf").read_text()
    lines = "".join(f"        {part} {number};\n" for part, number in ports.items())
    text = text.replace(
        "    server {", f"    map $part $port {{\n{lines}    }}\n\n    server {{", 1
    )
    text = text.replace("http://$part:8000", "http://127.0.0.1:$port")
    text = text.replace("listen 8080", f"listen 127.0.0.1:{port}")
    text = text.replace("worker_processes auto;", "worker_processes 1;\ndaemon off;")
    return text.replace("/tmp/", f"{place}/")


def on_postgres(environment: Environment) -> bool:
    return environment.get("DATABASE_URL", "").startswith("postgres")


def signed_in_as(role: str, environment: Environment) -> Environment:
    """Return the environment of a part whose login is that role's."""
    if not on_postgres(environment):
        return environment
    parts = urlsplit(environment["DATABASE_URL"])
    host = parts.netloc.rpartition("@")[2]
    login = login_of(role, "devops360")
    return environment | {"DATABASE_URL": parts._replace(netloc=f"{login}@{host}").geturl()}


def prepare(environment: Environment) -> None:
    for words in (
        ["migrate", "-v0"],
        ["createcachetable"],
        *([["database_roles"]] if on_postgres(environment) else []),
        ["collectstatic", "-v0", "--noinput"],
        ["create_demo"],
    ):
        subprocess.run(
            [PYTHON, "manage.py", *words],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )


def start(
    environment: Environment, place: Path, port: int
) -> tuple[list[subprocess.Popen[bytes]], dict[str, int]]:
    """Start all of it. Return the processes, nginx first, and the port of each part."""
    ports = {part: free_port() for part in PARTS}
    file = place / "nginx.conf"
    file.write_text(nginx_configuration(place=place, port=port, ports=ports))
    commands = [([nginx_program(), "-c", str(file), "-p", str(place)], environment)]
    for part, number in ports.items():
        own = {"SERVICE": part, "PORT": str(number), "WEB_PROCESSES": "1"}
        commands.append(([PYTHON, "-m", "gunicorn"], signed_in_as(part, environment) | own))
    commands.append(([PYTHON, "manage.py", "worker"], signed_in_as("worker", environment)))
    # Sessions of their own: Ctrl-C is passed on in order, not shouted at all of them.
    return [
        subprocess.Popen(command, cwd=ROOT, env=variables, start_new_session=True)
        for command, variables in commands
    ], ports


def wait_until_ready(processes: list[subprocess.Popen[bytes]], ports: dict[str, int]) -> None:
    deadline = time.monotonic() + START_SECONDS
    for part, number in ports.items():
        while get(f"http://127.0.0.1:{number}/readyz")[0] != 200:
            # By itself, or by Ctrl-C meanwhile.
            if any(process.poll() is not None for process in processes):
                raise SystemExit("A process of the site has ended.")
            if time.monotonic() > deadline:
                raise SystemExit(f"{part} does not become ready.")
            time.sleep(0.2)


def main() -> int:
    port = int(os.environ.get("PORT", "8000"))
    environment = os.environ | {"SITE_URL": f"http://localhost:{port}", "TRUSTED_PROXIES": "1"}
    place = Path(environment["STATE_DIR"])
    place.mkdir(parents=True, exist_ok=True)
    Path(environment["MEDIA_ROOT"]).mkdir(parents=True, exist_ok=True)
    prepare(environment)
    processes, ports = start(environment, place, port)

    def stop(number: int, frame: FrameType | None) -> None:
        for process in processes:
            process.send_signal(signal.SIGTERM)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    wait_until_ready(processes, ports)
    print(f"In parts behind nginx: {environment['SITE_URL']}/  Press Ctrl-C to stop.", flush=True)
    return max(abs(process.wait()) for process in processes)


if __name__ == "__main__":
    sys.exit(main())
