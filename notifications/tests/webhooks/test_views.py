"""The pages of webhooks, by their owner, a stranger and nobody."""

import re
import uuid
from typing import Any

import pytest
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from notifications.models import Delivery, Endpoint, Webhook, WebhookCall
from notifications.receivers import webhooks
from notifications.tests.factories import PersonFactory
from notifications.tests.visiting import sign_in
from notifications.urls import urlpatterns
from notifications.webhooks import keys

URL = "https://hooks.example.com/vault"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]{44}")
# Every address of one webhook, and how it is called.
OWN = {
    "webhook": "get",
    "challenge_webhook": "post",
    "confirm_webhook": "post",
    "test_webhook": "post",
    "pause_webhook": "post",
    "resume_webhook": "post",
    "rotate_webhook": "post",
    "remove_webhook": "post",
    "send_call_again": "post",
}


@pytest.fixture
def person(db: None) -> AbstractBaseUser:
    made: AbstractBaseUser = PersonFactory.create()
    return made


@pytest.fixture
def owner(client: Client, person: AbstractBaseUser) -> Client:
    return sign_in(client, person)


@pytest.fixture
def webhook(person: AbstractBaseUser) -> Webhook:
    made, _secret = webhooks.add_webhook(user=person, url=URL, label="Mine")
    return made


@pytest.fixture
def confirmed(webhook: Webhook) -> Webhook:
    Endpoint.objects.filter(pk=webhook.pk).update(verified_at=timezone.now())
    webhook.endpoint.refresh_from_db()
    return webhook


def call_of(webhook: Webhook, **changes: Any) -> WebhookCall:
    values: dict[str, Any] = {"message_id": uuid.uuid4(), "kind": "file_shared", "status": 200}
    return WebhookCall.objects.create(endpoint=webhook.endpoint, **values | changes)


def at(name: str, webhook: Webhook, call: WebhookCall | None = None) -> str:
    args: list[Any] = [webhook.endpoint.uuid]
    if name == "send_call_again":
        args.append((call or call_of(webhook)).pk)
    return reverse(f"notifications:{name}", args=args)


def test_adding_shows_the_secret_this_once(owner: Client, person: AbstractBaseUser) -> None:
    page = owner.post(reverse("notifications:webhooks"), {"url": URL, "label": ""})
    assert page.status_code == 200
    found = SECRET.search(page.content.decode())
    assert found
    webhook = Webhook.objects.get()
    assert keys.keys_of(webhook) == [found[0]]
    assert webhook.endpoint.user_id == person.pk
    assert webhook.endpoint.label == "hooks.example.com"
    # A challenge is owed, and the page did not wait for it.
    assert Delivery.objects.get(channel="webhook").state == "pending"
    for address in (at("webhook", webhook), reverse("notifications:webhooks")):
        assert not SECRET.search(owner.get(address).content.decode())


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://hooks.example.com/", "https://"),
        ("https://hooks.example.com:22/", "Port 22"),
        ("", "required"),
        (URL, "already"),
    ],
)
def test_what_is_wrong_with_an_address_is_said(
    owner: Client, webhook: Webhook, url: str, words: str
) -> None:
    page = owner.post(reverse("notifications:webhooks"), {"url": url})
    assert page.status_code == 400
    assert words in page.content.decode()
    assert Webhook.objects.count() == 1


@pytest.mark.parametrize("name", ["webhooks", "rotate_webhook"])
def test_who_has_been_away_confirms_first(
    client: Client, person: AbstractBaseUser, webhook: Webhook, name: str
) -> None:
    sign_in(client, person, confirmed=False)
    before = keys.keys_of(webhook)
    address = reverse("notifications:webhooks") if name == "webhooks" else at(name, webhook)
    answer = client.post(address, {"url": "https://other.example.com/"})
    assert "/account/" in answer["Location"]
    assert Webhook.objects.count() == 1
    assert keys.keys_of(Webhook.objects.get()) == before


def test_rotating_shows_the_new_secret_this_once(owner: Client, confirmed: Webhook) -> None:
    (old,) = keys.keys_of(confirmed)
    found = SECRET.search(owner.post(at("rotate_webhook", confirmed)).content.decode())
    assert found
    assert keys.keys_of(Webhook.objects.get()) == [found[0], old]


def test_the_challenge_is_typed(owner: Client, webhook: Webhook) -> None:
    challenge = Endpoint.objects.get(pk=webhook.pk).data["challenge"]
    page = owner.get(at("webhook", webhook)).content.decode()
    assert "Not confirmed" in page
    assert challenge not in page
    wrong = owner.post(at("confirm_webhook", webhook), {"challenge": "nope"})
    assert wrong.status_code == 400
    assert "not what was sent" in wrong.content.decode()
    right = owner.post(at("confirm_webhook", webhook), {"challenge": challenge})
    assert right.status_code == 302
    assert "Is it yours?" not in owner.get(right["Location"]).content.decode()


@pytest.mark.parametrize(
    ("name", "words"),
    [("test_webhook", "A test is on its way"), ("pause_webhook", "Paused")],
)
def test_buttons_say_what_they_did(
    owner: Client, confirmed: Webhook, name: str, words: str
) -> None:
    page = owner.post(at(name, confirmed), follow=True)
    assert words in page.content.decode()


def test_a_paused_webhook_takes_no_test_until_it_is_on(owner: Client, confirmed: Webhook) -> None:
    owner.post(at("pause_webhook", confirmed))
    page = owner.post(at("test_webhook", confirmed), follow=True).content.decode()
    assert "Switch it on first" in page
    owner.post(at("resume_webhook", confirmed))
    page = owner.post(at("test_webhook", confirmed), follow=True).content.decode()
    assert "on its way" in page


def test_a_removed_webhook_is_owed_nothing(owner: Client, confirmed: Webhook) -> None:
    assert Delivery.objects.filter(channel="webhook").exists()
    assert owner.post(at("remove_webhook", confirmed)).status_code == 302
    assert not Delivery.objects.filter(channel="webhook").exists()
    assert not Webhook.objects.exists()


def test_answers_are_shown_as_text(owner: Client, confirmed: Webhook) -> None:
    call_of(confirmed, status=500, answer="<script>alert(1)</script>")
    page = owner.get(at("webhook", confirmed)).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


def test_older_calls_are_behind_a_link(owner: Client, confirmed: Webhook) -> None:
    for number in range(45):
        call_of(confirmed, kind=f"kind{number:02d}")
    seen = []
    address = at("webhook", confirmed)
    for _page in range(3):
        page = owner.get(address).content.decode()
        seen += re.findall(r"<strong>(kind\d\d)</strong>", page)
        older = re.search(r'href="(\?before=\d+)"', page)
        address = at("webhook", confirmed) + (older[1] if older else "")
    assert seen == [f"kind{number:02d}" for number in reversed(range(45))]
    assert owner.get(at("webhook", confirmed) + "?before=x").status_code == 200


def test_a_page_costs_the_same_whatever_there_is(owner: Client, confirmed: Webhook) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert owner.get(at("webhook", confirmed)).status_code == 200
        return len(captured)

    cost()
    before = cost()
    for _call in range(50):
        call_of(confirmed)
    assert cost() == before


def test_every_address_of_a_webhook_is_in_the_table() -> None:
    named = {route.name for route in urlpatterns if "webhooks/<uuid" in str(route.pattern)}
    assert named == set(OWN)


@pytest.mark.parametrize("name", OWN)
def test_a_strangers_webhook_is_not_there(client: Client, confirmed: Webhook, name: str) -> None:
    call = call_of(confirmed)
    sign_in(client, PersonFactory.create())
    before = list(Endpoint.objects.values()), list(Webhook.objects.values())
    answer = getattr(client, OWN[name])(at(name, confirmed, call), {"challenge": "x"})
    assert answer.status_code == 404
    assert (list(Endpoint.objects.values()), list(Webhook.objects.values())) == before


def test_a_call_of_another_webhook_is_not_there(owner: Client, confirmed: Webhook) -> None:
    other, _secret = webhooks.add_webhook(user=PersonFactory.create(), url=URL, label="")
    address = at("send_call_again", confirmed, call_of(other))
    assert owner.post(address).status_code == 404


@pytest.mark.parametrize("name", OWN)
def test_nobody_is_led_to_sign_in(client: Client, confirmed: Webhook, name: str) -> None:
    answer = getattr(client, OWN[name])(at(name, confirmed))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


@pytest.mark.parametrize("name", [name for name, method in OWN.items() if method == "post"])
def test_looking_changes_nothing(owner: Client, confirmed: Webhook, name: str) -> None:
    assert owner.get(at(name, confirmed)).status_code == 405


def test_without_webhooks_there_is_no_page(owner: Client, settings: Any) -> None:
    settings.WEBHOOKS = False
    assert owner.get(reverse("notifications:webhooks")).status_code == 404
