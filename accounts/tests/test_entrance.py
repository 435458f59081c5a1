"""Who gets in, and that no page, mail count or amount of work says who is here."""

import re
from collections.abc import Iterator
from unittest import mock

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.mail import EmailMessage
from django.test import Client

from accounts import passwords, people, sessions
from accounts.models import User
from accounts.tests.factories import PASSWORD, UserFactory
from notifications import suppression
from notifications.models import Notification, Suppression
from notifications.tests.mailbox import mailbox

LOGIN, SIGNUP, RESET = "/account/login/", "/account/signup/", "/account/password/reset/"


@pytest.fixture
def hashes() -> Iterator[mock.Mock]:
    real = MD5PasswordHasher.encode
    with mock.patch.object(MD5PasswordHasher, "encode", autospec=True, side_effect=real) as spy:
        yield spy


def sign_in(client: Client, login: str, password: str = PASSWORD) -> int:
    return client.post(LOGIN, {"login": login, "password": password}).status_code


def sign_up(client: Client, email: str, username: str = "newcomer") -> tuple[int, str, str]:
    form = {"email": email, "username": username, "password1": PASSWORD, "password2": PASSWORD}
    response = client.post(SIGNUP, form)
    return response.status_code, response.get("Location", ""), response.content.decode()


def link_in_mail(message: EmailMessage) -> str:
    found = re.search(r"(?m)^https?://[^/\s]+(/account/\S+)", str(message.body))
    assert found
    return found[1]


@pytest.mark.parametrize("login", ["kim", "KIM", "kim@example.com", "Kim@Example.com"])
def test_signs_in_by_address_or_name(client: Client, person: User, login: str) -> None:
    assert sign_in(client, login) == 302
    assert client.session["_auth_user_id"] == str(person.pk)


@pytest.mark.parametrize("login", ["kim", "kim@example.com", "nobody", "no@example.com", "off"])
def test_a_refusal_costs_one_hash(
    client: Client, person: User, hashes: mock.Mock, login: str
) -> None:
    UserFactory.create(username="off", is_active=False)
    hashes.reset_mock()
    assert sign_in(client, login, "wrong") == 200
    assert hashes.call_count == 1


def test_a_sign_in_changes_the_session_id(client: Client, person: User) -> None:
    client.get(LOGIN)
    session = client.session
    session["mark"] = 1
    session.save()
    client.cookies["sessionid"] = str(session.session_key)
    before = session.session_key
    sign_in(client, "kim")
    assert client.session.session_key != before


def test_too_many_attempts_are_refused(client: Client, person: User) -> None:
    for _attempt in range(5):
        sign_in(client, "kim", "wrong")
    response = client.post(LOGIN, {"login": "kim", "password": PASSWORD})
    assert "Too many attempts" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_sign_up_then_verify_then_sign_in(client: Client) -> None:
    assert sign_up(client, "new@example.com")[:2] == (302, "/account/confirm-email/")
    assert "_auth_user_id" not in client.session
    path = link_in_mail(mailbox()[0])
    assert client.get(path).status_code == 200
    assert not EmailAddress.objects.get(email="new@example.com").verified
    assert client.post(path).status_code == 302
    assert EmailAddress.objects.get(email="new@example.com").verified
    assert client.post(path).status_code == 404
    assert sign_in(client, "new@example.com") == 302
    assert client.session["_auth_user_id"]


def test_sign_up_with_a_known_address_looks_and_costs_the_same(
    person: User, hashes: mock.Mock
) -> None:
    hashes.reset_mock()
    unknown = sign_up(Client(), "new@example.com")
    cost = hashes.call_count
    hashes.reset_mock()
    known = sign_up(Client(), "KIM@example.com", "other")
    assert known == unknown
    assert hashes.call_count == cost == 1
    assert [message.to for message in mailbox()] == [["new@example.com"], ["kim@example.com"]]
    assert "already" in str(mailbox()[1].body)
    assert not User.objects.filter(username="other").exists()


def test_sign_up_with_a_known_name_looks_the_same(client: Client, person: User) -> None:
    assert sign_up(client, "new@example.com", "Kim")[0] == 302
    made = User.objects.get(email="new@example.com")
    assert re.fullmatch(r"Kim\d{4}", made.username)


@pytest.mark.parametrize("name", ["a@b.example", "ke n", "-kim", "kïm", "admin", "ab"])
def test_names_that_confuse_are_refused(client: Client, name: str) -> None:
    assert sign_up(client, "new@example.com", name)[0] == 200
    assert not User.objects.exists()


def test_reset_of_an_unknown_or_locked_account_looks_the_same(person: User) -> None:
    UserFactory.create(username="off", is_active=False)
    answers = set()
    for email in ("kim@example.com", "nobody@example.com", "off@example.com"):
        response = Client().post(RESET, {"email": email})
        answers.add((response.status_code, response["Location"]))
    assert len(answers) == 1
    assert len(mailbox()) == 3
    assert "/password/reset/key/" in str(mailbox()[0].body)
    assert "/password/reset/key/" not in str(mailbox()[1].body) + str(mailbox()[2].body)


def test_a_reset_link_is_good_once(client: Client, person: User) -> None:
    client.post(RESET, {"email": "kim@example.com"})
    path = link_in_mail(mailbox()[0])
    form_path = client.get(path)["Location"]
    new = "an entirely new one"
    assert client.post(form_path, {"password1": new, "password2": new}).status_code == 302
    assert sign_in(Client(), "kim", new) == 302
    assert "no longer good" in Client().get(path).content.decode()
    assert mailbox()[-1].subject == "Your password has been changed"


def test_a_forced_reset_locks_out_until_the_link_is_used(
    client: Client, person: User, stranger: User, django_capture_on_commit_callbacks: object
) -> None:
    sign_in(client, "kim")
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        passwords.force_reset(user=person, by=stranger)
    assert client.get("/account/").status_code == 302
    assert client.post(LOGIN, {"login": "kim", "password": PASSWORD})["Location"] == RESET
    form_path = client.get(link_in_mail(mailbox()[-1]))["Location"]
    new = "an entirely new one"
    client.post(form_path, {"password1": new, "password2": new})
    assert sign_in(client, "kim", new) == 302
    assert client.get("/account/").status_code == 200


def test_deactivation_ends_sessions_at_once(client: Client, person: User, stranger: User) -> None:
    sign_in(client, "kim")
    person.is_active = False
    person.save()
    assert client.get("/account/").status_code == 302
    other = Client()
    assert sign_in(other, "kim") == 302
    assert "_auth_user_id" not in other.session


def test_ended_sessions_are_gone(person: User) -> None:
    here, there = Client(), Client()
    sign_in(here, "kim")
    sign_in(there, "kim")
    assert sessions.end_sessions(user=person, keep=str(here.session.session_key)) == 1
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302


def test_signs_out_by_post_alone(signed_in: Client) -> None:
    assert signed_in.get("/account/logout/").status_code == 200
    assert "_auth_user_id" in signed_in.session
    signed_in.post("/account/logout/")
    assert "_auth_user_id" not in signed_in.session


def test_invitation_mails_a_link_that_sets_the_password(
    client: Client, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        user = people.invite_person(email="Guest@Example.com", username="guest")
    assert not user.has_usable_password()
    form_path = client.get(link_in_mail(mailbox()[0]))["Location"]
    client.post(form_path, {"password1": PASSWORD, "password2": PASSWORD})
    assert EmailAddress.objects.get(user=user).verified
    assert sign_in(client, "guest@example.com") == 302


def test_both_addresses_are_told_of_a_change(client: Client, person: User) -> None:
    sign_in(client, "kim")
    client.post("/account/confirm/", {"password": PASSWORD})
    client.post("/account/email/", {"action_add": "", "email": "kim@new.example"})
    client.post(link_in_mail(mailbox()[0]))
    person.refresh_from_db()
    assert person.email == "kim@new.example"
    assert {message.to[0] for message in mailbox()[1:]} == {"kim@example.com", "kim@new.example"}


def test_an_address_that_bounced_is_written_to_again_once_confirmed(
    client: Client, person: User
) -> None:
    suppression.suppress(channel="email", address="kim@new.example", reason="bounced")
    sign_in(client, "kim")
    client.post("/account/confirm/", {"password": PASSWORD})
    client.post("/account/email/", {"action_add": "", "email": "kim@new.example"})
    # The link goes there all the same: it is how its owner shows that it works.
    client.post(link_in_mail(mailbox()[0]))
    assert not Suppression.objects.exists()
    assert "kim@new.example" in {message.to[0] for message in mailbox()[1:]}


def test_an_address_that_is_removed_is_told_there_and_here(client: Client, person: User) -> None:
    sign_in(client, "kim")
    client.post("/account/confirm/", {"password": PASSWORD})
    for action in ("action_add", "action_remove"):
        client.post("/account/email/", {action: "", "email": "kim@new.example"})
    assert Notification.objects.get(recipient=person).kind == "email_removed"
    told = {message.to[0] for message in mailbox() if "removed" in message.subject}
    assert told == {"kim@example.com", "kim@new.example"}
