"""What the people do. Run by locust, in the bench's own environment: see bench/load/__main__.py.

LOAD_PEOPLE: the file that bench.load.people writes. LOAD_PLAN: bench.load.plan, from LOAD_START on.
LOAD_OUT: where a line is written for each arrival: second due, what, milliseconds, status.
"""

import json
import os
import random
import re
import sys
import time
from itertools import count
from pathlib import Path

import gevent
from locust import FastHttpUser, events, task
from locust.contrib.fasthttp import FastHttpSession

from bench.load.plan import MIX, parse, step_at

PEOPLE = json.loads(Path(os.environ["LOAD_PEOPLE"]).read_text())
STEPS = parse(os.environ["LOAD_PLAN"])
START = float(os.environ["LOAD_START"])
OUT = Path(os.environ["LOAD_OUT"]).open("w", buffering=1)  # noqa: SIM115  (until the process ends)
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
BODY = os.urandom(50_000)
numbers = count()
# What is not answered yet: when it was due, and what it is.
under_way: dict[object, tuple[float, str]] = {}


def note(due: float, what: str, status: object) -> None:
    OUT.write(f"{due - START:.3f};{what};{(time.time() - due) * 1000:.1f};{status}\n")


@events.quitting.add_listener
def note_unanswered(**_: object) -> None:
    for due, what in list(under_way.values()):
        note(due, what, "unanswered")
    under_way.clear()


class Person(FastHttpUser):
    """Their arrivals are a Poisson process; those of all together are of the plan's rate."""

    host = os.environ["LOAD_HOST"]
    # A second arrival does not wait for the answer to the first.
    concurrency = 1000
    connection_timeout = network_timeout = 60.0

    def on_start(self) -> None:
        self.me = PEOPLE[next(numbers) % len(PEOPLE)]
        self.due = START
        if (status := self._get("/account/")) != 200:
            sys.exit(f"{self.me['login']} is not signed in: {status}")

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
        me = gevent.getcurrent()
        under_way[me] = due, what
        try:
            status = getattr(self, f"do_{what.replace(' ', '_')}")()
        except Exception as error:  # noqa: BLE001  (a line must be written for every arrival)
            status = type(error).__name__
        if under_way.pop(me, None):
            note(due, what, status)

    def do_list_a_folder(self) -> int:
        return self._get("/files/")

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
        return self._ask("PUT", path, data=body).status_code

    def do_sign_in(self) -> int:
        """Sign in as in a new browser, which has no cookies yet."""
        fresh = FastHttpSession(self.host, self.environment.events.request, self)
        path = "/account/login/"
        token = TOKEN.search(self._ask("GET", path, fresh).text or "")
        data = {"login": self.me["login"], "password": self.me["password"]}
        data["csrfmiddlewaretoken"] = token[1] if token else ""
        headers = {"Referer": f"{self.host}{path}"}
        return self._ask("POST", path, fresh, data=data, headers=headers).status_code

    def _get(self, path: str) -> int:
        return self._ask("GET", path).status_code

    def _ask(self, method: str, path: str, fresh: FastHttpSession | None = None, **more):
        headers = {"X-Forwarded-For": self.me["address"], "User-Agent": "Mozilla/5.0 Chrome/150.0"}
        headers |= {} if fresh else self.me["headers"]
        headers |= more.pop("headers", {})
        # locust's own statistics by route, not by name of file.
        name = re.sub(r"[0-9a-f-]{36}|\?.*", "…", path)
        answer = (fresh or self.client).request(
            method, path, name=name, headers=headers, allow_redirects=False, **more
        )
        if not answer.status_code:  # No answer: why not is what is noted then.
            raise answer.error
        return answer
