"""Guessing: few times freely, then slower and slower, never for long, never by a stranger."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts import limits
from accounts.models import Throttle, User
from accounts.tests.factories import PASSWORD, UserFactory

LOGIN = "/account/login/"


def sign_in(client: Client, login: str = "kim", password: str = PASSWORD, **more: Any) -> Any:
    return client.post(LOGIN, {"login": login, "password": password}, **more)


def test_waits_grow_and_have_an_end() -> None:
    limit = limits.PASSWORD
    waits = [int(limit.wait_after(failures).total_seconds()) for failures in range(14)]
    assert waits == [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900, 900]
    assert limit.wait_after(10**6) == limit.longest


def test_the_wait_is_told_and_ends(client: Client, person: User) -> None:
    for _attempt in range(limits.PASSWORD.free):
        sign_in(client, password="wrong")
    page = sign_in(client).content.decode()
    assert "Try again in 30 seconds" in page
    # What the page counts down from.
    assert 'data-wait="30"' in page
    Throttle.objects.update(failed_at=timezone.now() - timedelta(seconds=31))
    assert sign_in(client).status_code == 302


@pytest.mark.parametrize("login", ["KIM", "kim@example.com"])
def test_an_account_is_one_by_whatever_name(client: Client, person: User, login: str) -> None:
    for _attempt in range(limits.PASSWORD.free):
        sign_in(client, password="wrong")
    assert sign_in(Client(), login).status_code == 200


def test_a_stranger_does_not_lock_out_a_known_browser(person: User) -> None:
    own = Client()
    sign_in(own)
    own.post("/account/logout/")
    for number in range(limits.PASSWORD.free + 3):
        sign_in(Client(), password="wrong", REMOTE_ADDR=f"10.0.0.{number}")
    assert sign_in(Client(), REMOTE_ADDR="10.0.1.1").status_code == 200
    assert sign_in(own).status_code == 302


def test_a_known_browser_may_not_guess_for_ever_either(person: User) -> None:
    own = Client()
    sign_in(own)
    own.post("/account/logout/")
    for _attempt in range(limits.PASSWORD_ON_KNOWN_BROWSER.free):
        sign_in(own, password="wrong")
    assert sign_in(own).status_code == 200


def test_one_address_may_not_try_many_accounts(person: User) -> None:
    for number in range(limits.ADDRESS.free):
        sign_in(Client(), f"person{number}", "wrong", REMOTE_ADDR="10.9.9.9")
    assert "Try again in" in sign_in(Client(), REMOTE_ADDR="10.9.9.9").content.decode()
    assert sign_in(Client(), REMOTE_ADDR="10.9.9.8").status_code == 302


def test_an_address_full_of_guesses_does_not_hold_up_a_known_browser(person: User) -> None:
    own = Client(REMOTE_ADDR="10.9.9.9")
    sign_in(own)
    own.post("/account/logout/")
    for number in range(limits.ADDRESS.free):
        sign_in(Client(), f"person{number}", "wrong", REMOTE_ADDR="10.9.9.9")
    assert sign_in(Client(), REMOTE_ADDR="10.9.9.9").status_code == 200
    assert sign_in(own).status_code == 302


def test_an_own_account_does_not_reset_the_address(person: User) -> None:
    """Who signs in to an account of their own in between gets no more guesses at others'."""
    UserFactory.create(username="thief")
    for number in range(limits.ADDRESS.free):
        sign_in(Client(), f"person{number}", "wrong", REMOTE_ADDR="10.9.9.9")
        if number % 10 == 0:
            sign_in(Client(), "thief", REMOTE_ADDR="10.9.9.9")
    assert sign_in(Client(), REMOTE_ADDR="10.9.9.9").status_code == 200


def test_a_known_and_an_unknown_account_look_alike(person: User) -> None:
    answers = []
    for login in ("kim", "nobody"):
        client = Client(REMOTE_ADDR=f"10.1.1.{len(login)}")
        pages = [sign_in(client, login, "wrong") for _ in range(limits.PASSWORD.free + 1)]
        answers.append([page.status_code for page in pages])
        answers[-1].append("Try again in" in pages[-1].content.decode())
    assert answers[0] == answers[1]


def test_a_refusal_writes_as_much_for_an_unknown_account(
    person: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    writes = []
    for login in ("kim", "nobody"):
        with django_assert_max_num_queries(60) as queries:
            sign_in(Client(REMOTE_ADDR=f"10.1.2.{len(login)}"), login, "wrong")
        words = [query["sql"].split(maxsplit=1)[0] for query in queries.captured_queries]
        writes.append(sum(word in {"INSERT", "UPDATE"} for word in words))
    assert writes[0] == writes[1]


def test_ipv6_counts_by_customer_not_by_address() -> None:
    first, second = "2001:db8:1:2::1", "2001:db8:1:2:ffff::9"
    assert limits.network_of(first) == limits.network_of(second) == "2001:db8:1:2::/64"
    assert limits.network_of("10.0.0.1") == "10.0.0.1"
    assert limits.network_of("what") == "what"


@pytest.mark.parametrize(("proxies", "counted"), [(0, "10.0.0.1"), (1, "203.0.113.9")])
def test_behind_a_proxy_the_right_address_counts(
    person: User, settings: Any, proxies: int, counted: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    forged = "198.51.100.1, 203.0.113.9"
    sign_in(Client(), REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forged)
    event = person.security_events.get(kind="signed_in")
    assert event.ip == counted


def test_nothing_typed_is_kept(client: Client, db: None) -> None:
    sign_in(client, "secret-typed-as-a-name", "wrong")
    keys = Throttle.objects.values_list("key", flat=True)
    assert all(len(key) == 64 and "secret" not in key for key in keys)


def test_old_counts_are_forgotten(client: Client, person: User) -> None:
    sign_in(client, password="wrong")
    Throttle.objects.update(failed_at=timezone.now() - timedelta(days=2))
    assert limits.forget_old_failures() >= 2
    assert not Throttle.objects.exists()
