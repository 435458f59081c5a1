"""Web Push end to end: a push service on loopback, and a browser that decrypts what it gets."""

import ipaddress
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.base_user import AbstractBaseUser
from django.test import Client
from django.utils import timezone

from notifications.channels.push import (
    BODY_LENGTH,
    PushChannel,
    is_push_service,
    plaintext_of,
)
from notifications.errors import NotificationError
from notifications.events import notify
from notifications.messages import message_of
from notifications.models import Delivery, Endpoint, Notification
from notifications.outbox.pump import Pump
from notifications.push import vapid
from notifications.push.encryption import encrypt
from notifications.receivers import browsers
from notifications.tests.browser import Browser, read_token
from notifications.tests.factories import PersonFactory
from notifications.tests.receiver import Receiver, running_receiver
from notifications.tests.visiting import sign_in

pytestmark = pytest.mark.django_db

KEY = "Dt1CLgQlkiaA-tmCkATyKZeoF1-Gtw1-gdEP6pOCqj4"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
SHARED: dict[str, Any] = {"actor": "Rosa", "name": "Plän"}
State = Delivery.State


@pytest.fixture
def service(settings: Any) -> Iterator[Receiver]:
    """A push service that takes what it gets."""
    with running_receiver() as running:
        running.behave(lambda handler: handler.answer(201, Location="https://push.example/m/1"))
        settings.OUTGOING_HTTP, settings.OUTGOING_PORTS = True, {running.port}
        settings.OUTGOING_NETWORKS = (ipaddress.ip_network("127.0.0.0/8"),)
        settings.PUSH_SERVICES = ["127.0.0.1"]
        settings.VAPID_PRIVATE_KEY, settings.VAPID_CONTACT = KEY, "mailto:ops@example.com"
        yield running


@pytest.fixture
def person(db: None) -> AbstractBaseUser:
    made: AbstractBaseUser = PersonFactory.create()
    return made


def subscribe(
    person: AbstractBaseUser, service: Receiver, browser: Browser, path: str = "/send/abc"
) -> Endpoint:
    endpoint = browsers.subscribe(
        user=person,
        url=service.url(path),
        p256dh=browser.p256dh,
        auth=browser.auth,
        user_agent=AGENT,
    )
    Pump().drain()
    return endpoint


def tell(person: AbstractBaseUser, kind: str = "file_shared", **context: Any) -> Delivery:
    notify(kind=kind, to=person, context=SHARED | context, url="/files/")
    Pump().drain()
    return Delivery.objects.filter(channel="push").latest("pk")


def test_subscribing_shows_that_it_works(person: AbstractBaseUser, service: Receiver) -> None:
    browser = Browser()
    endpoint = subscribe(person, service, browser)
    (got,) = service.received
    assert json.loads(browser.read(got.body))["title"] == "Push messages work"
    assert endpoint.label == "Firefox on Linux"
    # The page posts again at times: no second message for that.
    subscribe(person, service, browser)
    assert len(service.received) == 1


def test_a_browser_reads_what_its_owner_is_told(
    person: AbstractBaseUser, service: Receiver
) -> None:
    browser = Browser()
    subscribe(person, service, browser)
    owed = tell(person)
    got = service.received[-1]
    shown = json.loads(browser.read(got.body))
    assert shown["title"] == "Rosa shared “Plän” with you"
    assert shown["url"].endswith("/files/")
    assert owed.notification
    assert shown["tag"] == str(owed.notification.uuid)
    assert b"Rosa" not in got.body
    assert got.path == "/send/abc"
    assert got.headers["content-encoding"] == "aes128gcm"
    assert got.headers["ttl"] == "86400"
    assert got.headers["topic"] == owed.idempotency_key.hex
    assert got.headers["urgency"] == "normal"
    claims, key = read_token(got.headers["authorization"])
    assert claims["aud"] == f"http://127.0.0.1:{service.port}"
    assert key == vapid.public_key()
    assert (owed.state, owed.receipt) == (State.SENT, "https://push.example/m/1")


def test_security_is_urgent(person: AbstractBaseUser, service: Receiver) -> None:
    subscribe(person, service, Browser())
    tell(person, "new_browser", ip="203.0.113.7", browser="Firefox", place="")
    assert service.received[-1].headers["urgency"] == "high"


@pytest.mark.parametrize("length", [BODY_LENGTH + 1, 100_000])
def test_long_words_are_cut_so_that_they_fit(person: AbstractBaseUser, length: int) -> None:
    browser = Browser()
    words = {"reason": "😀" * length, "host": "Ü" * length}
    notify(kind="webhook_disabled", to=person, context=words, url="/notifications/")
    notice = Notification.objects.get(kind="webhook_disabled")
    message = message_of(notice, user=person, channel="push")
    plain = plaintext_of(message)
    assert len(encrypt(plain, p256dh=browser.p256dh, auth=browser.auth)) <= 4096
    shown = json.loads(plain)
    assert shown["title"].endswith("Ü" * 200)
    assert len(shown["title"]) == BODY_LENGTH
    assert shown["body"].startswith("😀" * BODY_LENGTH)


@pytest.mark.parametrize("status", [404, 410, 401, 403])
def test_a_browser_that_ended_it_is_left_alone(
    person: AbstractBaseUser, service: Receiver, status: int
) -> None:
    endpoint = subscribe(person, service, Browser())
    service.behave(lambda handler: handler.answer(status))
    assert tell(person).state == State.DEAD
    endpoint.refresh_from_db()
    assert endpoint.disabled_at
    count = len(service.received)
    tell(person)
    assert len(service.received) == count
    # Switched on again there, it works again.
    service.behave(lambda handler: handler.answer(201))
    browser = Browser()
    subscribe(person, service, browser)
    assert tell(person).state == State.SENT


@pytest.mark.parametrize("status", [429, 500, 503])
def test_trouble_of_the_service_is_for_later(
    person: AbstractBaseUser, service: Receiver, status: int
) -> None:
    subscribe(person, service, Browser())
    service.behave(lambda handler: handler.answer(status, Retry_After="300"))
    owed = tell(person)
    assert owed.state == State.PENDING
    assert owed.due_at - timezone.now() > timedelta(seconds=280)


@pytest.mark.parametrize("status", [302, 400, 413])
def test_what_the_service_will_not_have_is_given_up(
    person: AbstractBaseUser, service: Receiver, status: int
) -> None:
    endpoint = subscribe(person, service, Browser())
    service.behave(lambda handler: handler.answer(status, Location=service.url("/inside")))
    assert tell(person).state == State.DEAD
    assert service.received[-1].path == "/send/abc"
    endpoint.refresh_from_db()
    assert endpoint.disabled_at is None


def test_a_browser_is_one_persons(person: AbstractBaseUser, service: Receiver) -> None:
    """Two people, one after the other, at one screen: the second gets no news of the first."""
    browser = Browser()
    subscribe(person, service, browser)
    second = PersonFactory.create()
    subscribe(second, service, browser)
    assert [one.user_id for one in Endpoint.objects.filter(channel="push")] == [second.pk]


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("fcm.googleapis.com", True),
        ("updates.push.services.mozilla.com", True),
        ("wns2-by3p.notify.windows.com", True),
        ("web.push.apple.com", True),
        ("evilfcm.googleapis.com", False),
        ("fcm.googleapis.com.evil.example", False),
        ("googleapis.com", False),
        ("victim.example.com", False),
    ],
)
def test_only_push_services_are_called(host: str, known: bool) -> None:
    assert is_push_service(f"https://{host}/send/abc") is known


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "https://victim.example.com/"},
        {"url": "http://fcm.googleapis.com/x"},
        {"url": ""},
        {"url": "https://fcm.googleapis.com/" + "x" * 500},
        {"p256dh": ""},
        {"p256dh": "AAAA"},
        {"auth": ""},
    ],
)
def test_what_is_no_subscription(person: AbstractBaseUser, changes: dict[str, str]) -> None:
    browser = Browser()
    good = {
        "url": "https://fcm.googleapis.com/fcm/send/abc",
        "p256dh": browser.p256dh,
        "auth": browser.auth,
    }
    with pytest.raises(NotificationError):
        browsers.subscribe(user=person, user_agent=AGENT, **(good | changes))
    assert not Endpoint.objects.exists()


def test_browsers_are_few(person: AbstractBaseUser) -> None:
    browser = Browser()

    def one(number: int) -> None:
        browsers.subscribe(
            user=person,
            url=f"https://fcm.googleapis.com/fcm/send/{number}",
            p256dh=browser.p256dh,
            auth=browser.auth,
            user_agent="",
        )

    for number in range(browsers.BROWSERS_PER_PERSON):
        one(number)
    with pytest.raises(NotificationError, match="20"):
        one(99)
    # One of them again is none more.
    one(0)


def test_without_a_key_there_is_no_push(client: Client, settings: Any) -> None:
    settings.VAPID_PRIVATE_KEY = ""
    assert not PushChannel().is_configured()
    sign_in(client, PersonFactory.create())
    page = client.get("/notifications/browsers/").content.decode()
    assert "sends no push messages" in page
    assert "data-push" not in page
    assert client.post("/notifications/browsers/subscribe/").status_code == 404


def test_the_page_adds_tests_and_removes(
    client: Client, person: AbstractBaseUser, service: Receiver
) -> None:
    sign_in(client, person)
    page = client.get("/notifications/browsers/").content.decode()
    assert f'data-key="{vapid.public_key()}"' in page
    browser = Browser()
    form = {"endpoint": service.url(), "p256dh": browser.p256dh, "auth": browser.auth}
    answer = client.post("/notifications/browsers/subscribe/", form, headers={"user-agent": AGENT})
    assert answer.status_code == 201
    own = Endpoint.objects.get(channel="push")
    assert "Firefox on Linux" in client.get("/notifications/browsers/").content.decode()
    client.post(f"/notifications/browsers/{own.uuid}/test/")
    Pump().drain()
    assert len(service.received) == 2
    client.post(f"/notifications/browsers/{own.uuid}/remove/")
    assert not Endpoint.objects.exists()


def test_a_refusal_says_why(client: Client, person: AbstractBaseUser, service: Receiver) -> None:
    sign_in(client, person)
    answer = client.post("/notifications/browsers/subscribe/", {"endpoint": "x"})
    assert answer.status_code == 400
    assert "Try again" in answer.json()["error"]


@pytest.mark.parametrize("what", ["test", "remove"])
def test_a_strangers_browser_is_not_there(
    client: Client, person: AbstractBaseUser, service: Receiver, what: str
) -> None:
    own = subscribe(person, service, Browser())
    sign_in(client, PersonFactory.create())
    assert client.post(f"/notifications/browsers/{own.uuid}/{what}/").status_code == 404
    assert Endpoint.objects.filter(pk=own.pk).exists()
    assert len(service.received) == 1


def test_the_worker_is_a_script_for_its_folder(client: Client) -> None:
    answer = client.get("/notifications/push-worker.js")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    assert b"showNotification" in answer.content
