"""What the people do. Run by locust, in the bench's own environment: see bench/load/__main__.py.

LOAD_PEOPLE: a JSON file of [{login, password, root, files, address}]. LOAD_PLAN: bench.load.plan.
LOAD_OUT: where a line is written for each arrival: second due, what, milliseconds, status.
"""

import json
import os
import random
import re
import time
from itertools import count
from pathlib import Path

import gevent
from locust import FastHttpUser, task
from locust.contrib.fasthttp import FastHttpSession

from bench.load.plan import MIX, parse, step_at

PEOPLE = json.loads(Path(os.environ["LOAD_PEOPLE"]).read_text())
STEPS = parse(os.environ["LOAD_PLAN"])
# Everybody has signed in by then.
START = time.time() + float(os.environ["LOAD_WARM_UP"])
OUT = Path(os.environ["LOAD_OUT"]).open("w", buffering=1)  # noqa: SIM115  (until the process ends)
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
BODY = os.urandom(50_000)
numbers = count()


class Person(FastHttpUser):
    """Their arrivals are a Poisson process; those of all together are of the plan's rate."""

    host = os.environ["LOAD_HOST"]
    # A second arrival does not wait for the answer to the first.
    concurrency = 1000
    connection_timeout = network_timeout = 60.0

    def on_start(self) -> None:
        self.me = PEOPLE[next(numbers) % len(PEOPLE)]
        self.due = START
        self.csrf = ""
        _, status = self._sign_in(self.client)
        if status != 302:
            raise RuntimeError(f"{self.me['login']} could not sign in: {status}")
        page = self._ask(self.client, "GET", "/account/")
        found = TOKEN.search(page.text or "")
        self.csrf = found[1] if found else ""

    def wait_time(self) -> float:
        """Return the seconds until the next one is due, whatever became of the last."""
        number = step_at(STEPS, max(self.due, time.time()) - START)
        if number is None:
            gevent.sleep(3600)
        self.due += random.expovariate(STEPS[number].rate / len(PEOPLE))
        return max(0.0, self.due - time.time())

    @task
    def arrive(self) -> None:
        if self.due > START:  # The first call only draws when the first one is due.
            what = random.choices([*MIX], [*MIX.values()])[0]
            gevent.spawn(self._do, what, self.due)

    def _do(self, what: str, due: float) -> None:
        try:
            status = getattr(self, f"do_{what.replace(' ', '_')}")()
        except Exception as error:  # noqa: BLE001  (a line must be written for every arrival)
            status = type(error).__name__
        OUT.write(f"{due - START:.3f};{what};{(time.time() - due) * 1000:.1f};{status}\n")

    def do_list_a_folder(self) -> int:
        return self._get(f"/files/folder/{self.me['root']}/")

    def do_bell(self) -> int:
        return self._get("/notifications/bell/")

    def do_page_of_a_file(self) -> int:
        return self._get(f"/files/{random.choice(self.me['files'])}/")

    def do_thumbnail(self) -> int:
        return self._get(f"/files/{self.me['picture']}/thumbnail/")

    def do_download(self) -> int:
        return self._get(f"/files/{random.choice(self.me['files'])}/download/")

    def do_search(self) -> int:
        return self._get(f"/files/search/?q={random.choice(['report', 'photo', 'b3', 'x'])}")

    def do_notifications(self) -> int:
        return self._get("/notifications/")

    def do_small_upload(self) -> int:
        name = f"{random.randbytes(8).hex()}.bin"
        path = f"/files/folder/{self.me['root']}/upload/?path={name}&conflict=ask"
        body = random.randbytes(16) + BODY[16:]
        headers = {"X-CSRFToken": self.csrf, "Accept": "application/json"}
        return self._ask(self.client, "PUT", path, data=body, headers=headers).status_code

    def do_sign_in(self) -> int:
        fresh = FastHttpSession(self.environment, self.host, self)
        return self._sign_in(fresh)[1]

    def _get(self, path: str) -> int:
        return self._ask(self.client, "GET", path).status_code

    def _sign_in(self, session: FastHttpSession) -> tuple[str, int]:
        path = "/account/login/"
        token = TOKEN.search(self._ask(session, "GET", path).text or "")
        data = {"login": self.me["login"], "password": self.me["password"]}
        data["csrfmiddlewaretoken"] = token[1] if token else ""
        headers = {"Referer": f"{self.host}{path}"}
        answer = self._ask(session, "POST", path, data=data, headers=headers)
        return data["csrfmiddlewaretoken"], answer.status_code

    def _ask(self, session: FastHttpSession, method: str, path: str, **more):
        headers = {"X-Forwarded-For": self.me["address"], "User-Agent": "Mozilla/5.0 Chrome/150.0"}
        headers |= more.pop("headers", {})
        # locust's own statistics by route, not by name of file.
        name = re.sub(r"[0-9a-f-]{36}|\?.*", "…", path)
        return session.request(
            method, path, name=name, headers=headers, allow_redirects=False, **more
        )
