"""Passkeys: what is taken, and everything that is not (WebAuthn Level 3, sections 7.1 and 7.2)."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import limits
from accounts.clients import NOBODY
from accounts.errors import CodeRefusedError, FactorError
from accounts.models import SecurityEvent, User
from accounts.second_factor import passkeys
from accounts.tests.factories import PASSWORD
from accounts.tests.second_factor.authenticator import Authenticator
from accounts.tests.second_factor.test_races import race, winners
from accounts.tests.verified import sign_in_verified


@pytest.fixture
def device(person: User) -> Authenticator:
    device = Authenticator()
    add(person, device)
    return device


def add(person: User, device: Authenticator, name: str = "Key") -> Any:
    options, state = passkeys.begin_registration(user=person)
    answer = device.create(options)
    return passkeys.add_passkey(user=person, state=state, answer=answer, name=name, client=NOBODY)


def show(user: User | None, device: Authenticator, *, by: User | None = None) -> Any:
    options, state = passkeys.begin_verification(user=user)
    return passkeys.check_passkey(
        user=by or user, state=state, answer=device.get(options), client=NOBODY
    )


def test_a_passkey_is_kept_and_written_down(person: User, device: Authenticator) -> None:
    kept = person.webauthncredential_set.get()
    assert kept.name == "Key"
    event = SecurityEvent.objects.get(kind="factor_added")
    assert event.detail == "Passkey: Key"


def test_it_signs_in_alone_and_as_a_second_step(person: User, device: Authenticator) -> None:
    assert show(None, device).user == person
    assert show(person, device).last_used_at


def test_options_ask_for_a_key_that_knows_its_user(person: User) -> None:
    options, _state = passkeys.begin_registration(user=person)
    chosen = options["authenticatorSelection"]
    assert (chosen["userVerification"], chosen["residentKey"]) == ("required", "required")
    assert passkeys.begin_verification(user=None)[0]["userVerification"] == "required"
    assert not passkeys.begin_verification(user=None)[0].get("allowCredentials")


@pytest.mark.parametrize(
    "lie",
    [{"origin": "https://evil.example"}, {"rp_id": "evil.example"}, {"verifies_user": False}],
    ids=["origin", "site", "unverified user"],
)
def test_lies_are_refused_when_adding(person: User, lie: dict[str, Any]) -> None:
    with pytest.raises(FactorError):
        add(person, Authenticator(**lie))
    assert not person.webauthncredential_set.exists()


@pytest.mark.parametrize("name", ["origin", "rp_id", "verifies_user"])
def test_lies_are_refused_when_showing(person: User, device: Authenticator, name: str) -> None:
    lie: Any = False if name == "verifies_user" else "https://evil.example"
    setattr(device, name, lie)
    for user in (person, None):
        with pytest.raises(CodeRefusedError):
            show(user, device)


def test_the_same_passkey_is_added_once(person: User, device: Authenticator) -> None:
    with pytest.raises(FactorError, match="already"):
        add(person, device)


def test_somebody_elses_passkey_opens_nothing(
    person: User, stranger: User, device: Authenticator
) -> None:
    with pytest.raises(CodeRefusedError):
        show(stranger, device)
    with pytest.raises(CodeRefusedError):
        show(None, device, by=stranger)
    assert SecurityEvent.objects.filter(user=stranger, kind="code_refused").count() == 2


def test_an_answer_is_for_its_own_challenge(person: User, device: Authenticator) -> None:
    old, _state = passkeys.begin_verification(user=person)
    answer = device.get(old)
    _options, state = passkeys.begin_verification(user=person)
    with pytest.raises(CodeRefusedError):
        passkeys.check_passkey(user=person, state=state, answer=answer, client=NOBODY)


@pytest.mark.parametrize("state", [None, "old"])
def test_a_ceremony_ends(person: User, device: Authenticator, state: str | None) -> None:
    options, begun = passkeys.begin_verification(user=person)
    begun["at"] -= passkeys.CEREMONY_SECONDS + 1
    answer = device.get(options)
    with pytest.raises(CodeRefusedError):
        passkeys.check_passkey(
            user=person, state=begun if state else None, answer=answer, client=NOBODY
        )


def test_a_copied_device_is_noticed(person: User, device: Authenticator) -> None:
    device.uses = 10
    show(person, device)
    device.uses = 3
    with pytest.raises(CodeRefusedError):
        show(person, device)


@pytest.mark.parametrize("how", ["inactive", "unconfirmed", "removed"])
def test_what_is_off_opens_nothing(person: User, device: Authenticator, how: str) -> None:
    own = person.webauthncredential_set
    if how == "inactive":
        User.objects.update(is_active=False)
    elif how == "unconfirmed":
        own.update(confirmed=False)
    else:
        own.all().delete()
    with pytest.raises(CodeRefusedError):
        show(None, device)


@pytest.mark.parametrize(
    "answer",
    ["", "{", "[]", "null", "{}", '{"rawId": 7}', '{"rawId": "?"}', "[" * 100_000, "x" * 70_000],
)
def test_made_up_answers_are_refused_plainly(
    person: User, device: Authenticator, answer: str
) -> None:
    _options, state = passkeys.begin_verification(user=person)
    with pytest.raises(CodeRefusedError):
        passkeys.check_passkey(user=person, state=state, answer=answer, client=NOBODY)
    _options, state = passkeys.begin_registration(user=person)
    with pytest.raises(FactorError):
        passkeys.add_passkey(user=person, state=state, answer=answer, name="", client=NOBODY)


def test_a_changed_answer_is_refused(person: User, device: Authenticator) -> None:
    options, state = passkeys.begin_verification(user=person)
    answer = json.loads(device.get(options))
    answer["response"]["signature"] = answer["response"]["signature"][:-6] + "AAAAAA"
    with pytest.raises(CodeRefusedError):
        passkeys.check_passkey(user=person, state=state, answer=json.dumps(answer), client=NOBODY)


@pytest.mark.django_db(transaction=True)
def test_one_answer_of_eight_is_taken(
    transactional_db: None, person: User, device: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CODE", limits.Limit("code", free=1000))
    options, state = passkeys.begin_verification(user=person)
    answer = device.get(options)
    outcomes = race(
        lambda: passkeys.check_passkey(user=person, state=state, answer=answer, client=NOBODY)
    )
    assert winners(outcomes) == 1


# -- Through the pages ------------------------------------------------------------------------
def sign_in(client: Client, device: Authenticator, target: str = "") -> Any:
    options = client.post(reverse("accounts:passkey_sign_in_begin")).json()
    form = {"passkey": device.get(options), "next": target}
    return client.post(reverse("accounts:passkey_sign_in"), form)


def test_signing_in_by_passkey_needs_no_second_step(
    client: Client, person: User, device: Authenticator
) -> None:
    assert sign_in(client, device, "/account/")["Location"] == "/account/"
    assert client.get("/account/").status_code == 200


@pytest.mark.parametrize("target", ["//evil.example/", "https://evil.example/", "javascript:1"])
def test_it_leads_nowhere_else(
    client: Client, person: User, device: Authenticator, target: str
) -> None:
    assert sign_in(client, device, target)["Location"] == "/files/"


def test_a_state_is_good_for_one_try(client: Client, person: User, device: Authenticator) -> None:
    options = client.post(reverse("accounts:passkey_sign_in_begin")).json()
    answer = {"passkey": device.get(options)}
    client.post(reverse("accounts:passkey_sign_in"), {"passkey": "{}"})
    again = client.post(reverse("accounts:passkey_sign_in"), answer)
    assert again["Location"].startswith("/account/login/")
    assert "_auth_user_id" not in client.session


def test_a_void_password_holds_for_passkeys_too(
    client: Client, person: User, device: Authenticator
) -> None:
    User.objects.update(must_reset_password=True)
    assert sign_in(client, device)["Location"] == "/account/password/reset/"
    assert "_auth_user_id" not in client.session


def test_it_is_the_second_step(client: Client, person: User, device: Authenticator) -> None:
    client.post("/account/login/", {"login": "kim", "password": PASSWORD})
    assert client.get("/account/").status_code == 302
    options = client.post(reverse("accounts:passkey_verify_begin")).json()
    assert client.post("/account/verify/", {"passkey": device.get(options)}).status_code == 302
    assert client.get("/account/").status_code == 200


def test_it_confirms_before_a_sensitive_step(person: User, device: Authenticator) -> None:
    client = Client()
    sign_in_verified(client, person)
    assert "/account/confirm/" in client.get("/account/delete/")["Location"]
    options = client.post(reverse("accounts:passkey_verify_begin")).json()
    form = {"passkey": device.get(options), "next": "/account/delete/"}
    assert client.post("/account/confirm/", form)["Location"] == "/account/delete/"
    assert client.get("/account/delete/").status_code == 200


def test_the_password_does_not_confirm_for_who_has_more(person: User) -> None:
    client = Client()
    sign_in_verified(client, person)
    for path in ("/account/confirm/", "/account/reauthenticate/"):
        client.post(path, {"password": PASSWORD})
        assert "/account/confirm/" in client.get("/account/delete/")["Location"]
