"""Webhooks, phones and push messages, as their owner meets them, with a receiver that is there."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from notifications.tests.receiver import Receiver, running_receiver
from tests.browser.conftest import OpenPage
from tests.browser.site import Person, Site, running_site

PHONE = {"width": 390, "height": 844}
# The worker looks twice a second; this machine may be busy.
PATIENCE = 30_000


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    with running_receiver() as running:
        yield running


@pytest.fixture(scope="session")
def site(receiver: Receiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    allowed = {
        "OUTGOING_HTTP": "1",
        "OUTGOING_NETWORKS": "127.0.0.0/8",
        "OUTGOING_PORTS": str(receiver.port),
        "PUSH_SERVICES": "127.0.0.1",
    }
    with running_site(tmp_path_factory.mktemp("told"), **allowed) as running:
        yield running


@pytest.fixture(autouse=True)
def _forgotten(receiver: Receiver) -> None:
    receiver.received.clear()
    receiver.behave(lambda handler: handler.answer(204))


@pytest.fixture(params=["dark", "light"])
def place(request: Any, owner: Person, open_page: OpenPage) -> Page:
    """A phone in the dark, and a desk in the light."""
    if request.param == "dark":
        return open_page(owner, viewport=PHONE, color_scheme="dark")
    return open_page(owner, color_scheme="light")


def challenge_in(body: bytes) -> str:
    return str(json.loads(body)["data"]["context"]["challenge"])


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_webhook_from_its_address_to_its_first_post(
    place: Page, receiver: Receiver, axe: Callable[[Page], None], complaints: Any
) -> None:
    complaints.allow("status of 400")
    place.goto("/account/")
    place.get_by_role("link", name="Webhooks").click()
    axe(place)
    place.get_by_label("Address").fill("https://localhost:22/")
    place.get_by_role("button", name="Add the webhook").click()
    expect(place.get_by_text("Port 22 is not one that this site calls")).to_be_visible()
    place.get_by_label("Address").fill(receiver.url("/hook"))
    place.get_by_label("Name").fill("Home automation")
    place.get_by_role("button", name="Add the webhook").click()
    secret = place.locator("#secret-text").inner_text()
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/=]{44}", secret)
    axe(place)
    assert fits(place)
    # It looks for news by itself.
    expect(place.locator("#last-calls").get_by_text("204")).to_be_visible(timeout=PATIENCE)
    place.reload()
    expect(place.locator("#secret-text")).to_have_count(0)
    place.get_by_label("Challenge").fill(challenge_in(receiver.received[-1].body))
    place.get_by_role("button", name="Confirm").click()
    expect(place.get_by_text("The address is confirmed")).to_be_visible()
    place.get_by_role("button", name="Send a test").click()
    expect(place.locator("#last-calls").get_by_text("webhook_test")).to_be_visible(timeout=PATIENCE)
    axe(place)
    assert fits(place)
    place.get_by_role("button", name="Pause").click()
    expect(place.get_by_text("Paused. What happens")).to_be_visible()
    place.locator("summary", has_text="Remove").click()
    axe(place)
    place.get_by_role("button", name="Remove it for good").click()
    expect(place.get_by_text("is removed")).to_be_visible()


def test_a_receiver_that_answers_needs_nobody_to_type(page: Page, receiver: Receiver) -> None:
    receiver.behave(
        lambda handler: handler.answer(200, challenge_in(handler.server.received[-1].body).encode())
    )
    page.goto("/notifications/webhooks/")
    page.get_by_label("Address").fill(receiver.url("/answers"))
    page.get_by_role("button", name="Add the webhook").click()
    # Without loading the page again.
    expect(page.locator("#about-webhook").get_by_text("On", exact=True)).to_be_visible(
        timeout=PATIENCE
    )
    expect(page.get_by_text("Is it yours?")).to_have_count(0)
    assert page.locator("#secret-text").count() == 1


def test_webhooks_without_scripts(owner: Person, open_page: OpenPage, receiver: Receiver) -> None:
    plain = open_page(owner, java_script_enabled=False)
    plain.goto("/notifications/webhooks/")
    plain.get_by_label("Address").fill(receiver.url("/plain"))
    plain.get_by_role("button", name="Add the webhook").click()
    expect(plain.locator("#secret-text")).to_be_visible()
    plain.locator("summary", has_text="Remove").click()
    plain.get_by_role("button", name="Remove it for good").click()
    expect(plain.get_by_text("None yet.")).to_be_visible()


def test_a_phone_is_confirmed_by_its_code(
    place: Page, site: Site, axe: Callable[[Page], None]
) -> None:
    place.goto("/account/phones/")
    axe(place)
    place.get_by_role("textbox", name="Phone").fill("+41 44 668 18 00")
    place.get_by_role("button", name="Send a code").click()
    expect(place.get_by_role("heading", name="Confirm your phone")).to_be_visible()
    axe(place)
    assert fits(place)
    codes = re.findall(r"(\d{6}) is your", (site.place / "site.log").read_text())
    # A whole code is sent by itself.
    place.get_by_label("Code").fill(codes[-1])
    expect(place.get_by_text("+41446681800 is yours")).to_be_visible()
    axe(place)
    place.get_by_role("button", name="Remove +41446681800").click()
    expect(place.get_by_text("gets no more texts")).to_be_visible()


FAKE_SUBSCRIPTION = """
PushManager.prototype.subscribe = async function (options) {
  if (options.applicationServerKey.length !== 65) throw new Error("no point of P-256");
  const keys = { p256dh: "%(p256dh)s", auth: "%(auth)s" };
  return { toJSON: () => ({ endpoint: "%(endpoint)s", keys }) };
};
Notification.requestPermission = async () => "granted";
"""
# A browser's keys, as RFC 8291 has them in its example.
KEYS = {
    "p256dh": (
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    ),
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}


def test_a_browser_is_switched_on_and_off(
    place: Page, receiver: Receiver, axe: Callable[[Page], None]
) -> None:
    """Chromium has no push service here: what one hands out is said by the test."""
    place.context.grant_permissions(["notifications"])
    place.add_init_script(FAKE_SUBSCRIPTION % {"endpoint": receiver.url("/send/1"), **KEYS})
    place.goto("/notifications/browsers/")
    axe(place)
    assert fits(place)
    place.get_by_role("button", name="Switch it on here").click()
    expect(place.get_by_text("on Linux")).to_be_visible()
    axe(place)
    place.get_by_role("button", name=re.compile("^Send a test")).click()
    expect(place.get_by_text("A test is on its way")).to_be_visible()
    place.get_by_role("button", name=re.compile("^Remove")).click()
    expect(place.get_by_text("gets no more messages")).to_be_visible()


def test_the_worker_shows_a_message_and_opens_this_site_alone(page: Page, site: Site) -> None:
    page.context.grant_permissions(["notifications"])
    page.goto("/notifications/browsers/")
    page.evaluate(
        """async () => {
          const found = await navigator.serviceWorker.register("/notifications/push-worker.js");
          while (!found.active) await new Promise((done) => setTimeout(done, 50));
        }"""
    )
    tools = page.context.new_cdp_session(page)
    seen: list[str] = []

    def remember(event: Any) -> None:
        seen.extend(
            one["registrationId"]
            for one in event["registrations"]
            if one["scopeURL"].endswith("/notifications/")
        )

    tools.on("ServiceWorker.workerRegistrationUpdated", remember)
    tools.send("ServiceWorker.enable")
    for _turn in range(300):
        if seen:
            break
        page.wait_for_timeout(100)
    content = {"title": "Rosa shared “Plan” with you", "body": "Open it", "tag": "t-1", "url": ""}
    tools.send(
        "ServiceWorker.deliverPushMessage",
        {
            "origin": site.url,
            "registrationId": seen[-1],
            "data": json.dumps(content),
        },
    )
    shown = page.wait_for_function(
        """async () => {
          const found = await navigator.serviceWorker.getRegistration("/notifications/");
          const shown = await found.getNotifications();
          return shown.length && shown.map((one) => [one.title, one.body, one.tag]);
        }"""
    )
    assert shown.json_value() == [["Rosa shared “Plan” with you", "Open it", "t-1"]]
