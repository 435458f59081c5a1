"""Browser tests: a real Chromium at the real site.

`page` is a page of someone who has just been made and signed in (`owner`); `visitor` of nobody.
`open_page(person=…, **options)` opens more: `java_script_enabled=False`, `color_scheme="dark"`,
`viewport={…}`. Every error that the browser logs, violations of the content security policy among
them, fails the test, unless it said `complaints.allow("words of it")` before.
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect

from tests.browser.site import Person, Site, running_site
from tests.programs import find_chromium

# Playwright's loop runs in this thread, which makes Django wary of synchronous queries. The
# browser tests make none; other tests in the same process must not be refused theirs.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Who speaks to the computer says what is seen (WCAG 2.5.3). axe tries this only as an experiment,
# which takes the initials of an avatar for words.
OTHERWISE_NAMED = """() => [
    ...document.querySelectorAll("main :is(a, button, summary)[aria-label]")
  ]
  .filter((one) => one.checkVisibility())
  .map((one) => [one.innerText.trim(), one.ariaLabel])
  .filter(([seen, name]) => !name.toLowerCase().includes(seen.toLowerCase()))"""
HERE = Path(__file__).parent
PART = 5 * 1024**2
# Milliseconds. What is expected comes in one or two hundred; a busy machine may take its time.
PATIENCE = 15_000
expect.set_options(timeout=PATIENCE)
# BROWSER_STORE=s3 keeps the files in a bucket. `make test` does so with those marked `stores`; all
# others must pass on it as well, and do where everything is as on AWS: BROWSER_SITE=aws-local.
WITH_A_BUCKET = os.environ.get("BROWSER_STORE") == "s3"
ON_S3 = WITH_A_BUCKET or os.environ.get("BROWSER_SITE") == "aws-local"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


class Complaints:
    """What browsers logged as errors during a test."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.allowed: list[str] = []

    def allow(self, pattern: str) -> None:
        """Expect errors that match the regular expression, such as `status of 409`."""
        self.allowed.append(pattern)

    def watch(self, page: Page) -> None:
        page.on("console", self._logged)
        page.on("pageerror", lambda error: self.found.append(f"{page.url}: {error}"))

    def _logged(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.found.append(f"{message.location.get('url')}: {message.text}")

    def unexpected(self) -> list[str]:
        return [
            text
            for text in self.found
            if not any(re.search(pattern, text) for pattern in self.allowed)
        ]


class OpenPage(Protocol):
    def __call__(self, person: Person | None = None, **options: Any) -> Page: ...


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    chromium = find_chromium()
    if chromium is None:
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail("no Chromium: install it, or set CHROMIUM to the program")
        pytest.skip("no Chromium: install it, or set CHROMIUM to the program")
    # Chromium's sandbox cannot run as root.
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
    arguments = [*QUIET, *sandbox]
    return browser_type_launch_args | {"executable_path": chromium, "args": arguments}


@pytest.fixture(scope="session")
def site(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Site]:
    place = tmp_path_factory.mktemp("site")
    # The smallest parts that S3 takes: files of many parts need not be large.
    more = {"FILES_PART_SIZE": str(PART)}
    bucket = request.getfixturevalue("s3").make_bucket() if WITH_A_BUCKET else None
    with running_site(place, **more, **(bucket.environment if bucket else {})) as site:
        if bucket:
            bucket.allow_origin(site.url)
        yield site


@pytest.fixture
def store_address(site: Site) -> str:
    """Where browsers reach the bucket; what no page should name, where files lie with us."""
    local_cloud = site.place / "var/services.json"
    if local_cloud.exists():
        return str(json.loads(local_cloud.read_text())["s3"])
    return site.environment.get("S3_ENDPOINT_URL", "http://127.0.0.1")


@pytest.fixture(scope="session")
def base_url() -> str:
    """None for the whole session: a file of tests may have a site of its own. See open_page."""
    return ""


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return browser_context_args | {"reduced_motion": "reduce"}


@pytest.fixture
def person(site: Site) -> Callable[..., Person]:
    """Make people: `person(display_name="Ada", is_staff=False, sign_in=True)`."""
    return site.make_person


@pytest.fixture
def owner(site: Site) -> Person:
    return site.make_person(display_name="Olive Owner")


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    complaints = Complaints()
    yield complaints
    assert complaints.unexpected() == []


@pytest.fixture
def open_page(
    new_context: Callable[..., BrowserContext], complaints: Complaints, site: Site
) -> OpenPage:
    def open_page(person: Person | None = None, **options: Any) -> Page:
        context = new_context(base_url=site.url, **options)
        if person is not None:
            cookie = {"name": "sessionid", "value": person.session, "url": site.url}
            context.add_cookies([cookie])  # type: ignore[list-item]
        page = context.new_page()
        page.set_default_timeout(2 * PATIENCE)
        complaints.watch(page)
        page.on("request", lambda request: site.note_address(request.url))
        return page

    return open_page


@pytest.fixture
def page(open_page: OpenPage, owner: Person) -> Page:
    return open_page(owner)


@pytest.fixture
def visitor(open_page: OpenPage) -> Page:
    return open_page()


@pytest.fixture
def vault(page: Page) -> Page:
    """The page of a vault that has nothing in it yet."""
    page.goto("/files/")
    expect(page.get_by_text("Your vault is empty")).to_be_visible()
    return page


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Assert that a page is as WCAG 2.2 wants it, levels A and AA, as far as axe and we can see."""

    def check(page: Page, context: str | None = None) -> None:
        options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": WCAG}}
        results = Axe().run(page, context=context, options=options)
        assert results.violations_count == 0, results.generate_report()
        assert page.evaluate(OTHERWISE_NAMED) == []

    return check
