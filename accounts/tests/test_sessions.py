"""Where one is signed in, which browsers are known, and what has happened."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import Browser, SecurityEvent, User
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.second_factor.devices import code_of, make_app
from notifications.tests.mailbox import mailbox

SESSIONS, HISTORY = "/account/sessions/", "/account/history/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0"


def sign_in(**more: Any) -> Client:
    client = Client(**more)
    client.post("/account/login/", {"login": "kim", "password": PASSWORD})
    client.get("/account/")
    return client


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_sessions_are_named_as_people_know_them(person: User) -> None:
    sign_in(headers={"user-agent": FIREFOX})
    here = sign_in()
    shown = page(here, SESSIONS)
    assert "Firefox 150 on Windows" in shown
    assert shown.count("This one") == 1


def test_one_or_all_others_are_ended(person: User) -> None:
    first, second, here = sign_in(), sign_in(), sign_in()
    found = re.findall(r"/account/sessions/(\d+)/end/", page(here, SESSIONS))
    assert len(found) == 2
    here.post(f"/account/sessions/{found[0]}/end/")
    ended = [client.get("/account/").status_code for client in (first, second)]
    assert sorted(ended) == [200, 302]
    here.post("/account/sessions/end/")
    assert first.get("/account/").status_code == second.get("/account/").status_code == 302
    assert page(here, SESSIONS)
    assert SecurityEvent.objects.filter(user=person, kind="sessions_ended").count() == 2


def test_a_forged_name_of_a_browser_is_harmless(person: User) -> None:
    sign_in(headers={"user-agent": "<script>alert(1)</script>\x07" + "x" * 5000})
    shown = page(sign_in(), SESSIONS) + page(sign_in(), HISTORY)
    assert "<script>alert" not in shown


def test_remembered_browsers_are_listed_and_forgotten(person: User) -> None:
    app = make_app(person)
    browser = sign_in()
    form = {"device": app.persistent_id, "code": code_of(app), "remember": "on"}
    browser.post("/account/verify/", form)
    assert "Remembered browsers" in page(browser, SESSIONS)
    row = Browser.objects.get(remembered_until__isnull=False)
    browser.post(f"/account/browsers/{row.pk}/forget/")
    assert "Remembered browsers" not in page(browser, SESSIONS)
    browser.post("/account/logout/")
    browser.post("/account/login/", {"login": "kim", "password": PASSWORD})
    assert browser.get("/account/")["Location"].startswith("/account/verify/")


def test_a_new_browser_is_told_of_once_and_not_the_first(
    person: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        first = sign_in()
    assert not mailbox()
    with django_capture_on_commit_callbacks(execute=True):
        sign_in(headers={"user-agent": FIREFOX}, REMOTE_ADDR="192.0.2.7")
    told = mailbox()[0]
    assert told.subject == "New sign-in: Firefox 150 on Windows"
    assert "192.0.2.7" in str(told.body)
    mailbox().clear()
    with django_capture_on_commit_callbacks(execute=True):
        first.post("/account/logout/")
        first.post("/account/login/", {"login": "kim", "password": PASSWORD})
    assert not mailbox()


def test_history_is_the_persons_own_and_comes_in_pages(
    person: User, stranger: User, django_assert_num_queries: Any
) -> None:
    kind = SecurityEvent.Kind
    SecurityEvent.objects.create(user=stranger, kind=kind.SIGNED_IN, detail="not yours")
    boss = UserFactory.create(username="boss", display_name="Bea Boss")
    SecurityEvent.objects.create(user=person, kind=kind.FACTORS_RESET, by=boss)
    client = sign_in()
    first = page(client, HISTORY)
    assert "not yours" not in first
    assert "By the administrator Bea Boss" in first
    with django_assert_num_queries(5) as few:
        client.get(HISTORY)
    SecurityEvent.objects.bulk_create(
        SecurityEvent(user=person, kind=kind.CONFIRMED, detail=f"event {number}.")
        for number in range(120)
    )
    with django_assert_num_queries(len(few)):
        shown = page(client, HISTORY)
    assert "event 119." in shown
    assert "event 60." not in shown
    seen = shown
    while found := re.search(r'href="(\?before=\d+)"', shown):
        shown = page(client, HISTORY + found[1])
        seen += shown
    assert all(f"event {number}." in seen for number in range(120))


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "1\0"])
def test_odd_places_in_the_history_are_its_beginning(person: User, before: str) -> None:
    client = sign_in()
    assert client.get(HISTORY, {"before": before}).status_code == 200


@pytest.mark.parametrize("path", [SESSIONS, HISTORY])
def test_nobody_sees_them(client: Client, db: None, path: str) -> None:
    assert client.get(path)["Location"].startswith("/account/login/")
