"""The second step of signing in: what it takes, what it opens, how often it may be tried."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import limits, sessions
from accounts.clients import NOBODY
from accounts.models import Browser, SecurityEvent, Throttle, User
from accounts.second_factor import recovery_codes
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.second_factor.devices import code_of, make_app
from notifications.tests.mailbox import mailbox

LOGIN, VERIFY, HOME = "/account/login/", "/account/verify/", "/files/"


@pytest.fixture
def app(person: User) -> TOTPDevice:
    return make_app(person)


def give_password(client: Client) -> str:
    return client.post(LOGIN, {"login": "kim", "password": PASSWORD})["Location"]


def give_code(client: Client, device: TOTPDevice, code: str = "", **more: str) -> int:
    form = {"device": device.persistent_id, "code": code or code_of(device), **more}
    return client.post(VERIFY, form).status_code


def test_a_password_alone_opens_nothing(client: Client, app: TOTPDevice) -> None:
    give_password(client)
    for path in (HOME, "/account/", "/account/factors/", "/account/factors/app/", "/admin/"):
        assert client.get(path)["Location"].startswith(VERIFY), path
    assert client.post("/account/tokens/", {}).status_code == 302
    assert client.get(HOME, headers={"accept": "application/json"}).status_code == 401


def test_password_and_code_open_the_vault(client: Client, app: TOTPDevice) -> None:
    give_password(client)
    before = client.session.session_key
    answer = client.post(
        VERIFY, {"device": app.persistent_id, "code": code_of(app), "next": "/account/"}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/account/")
    assert client.get(HOME).status_code in (200, 302)
    assert client.get("/account/").status_code == 200
    assert client.session.session_key != before


def test_a_code_may_be_pasted_with_a_space(client: Client, app: TOTPDevice) -> None:
    give_password(client)
    code = code_of(app)
    assert give_code(client, app, f" {code[:3]} {code[3:]} ") == 302


def test_a_code_is_good_once(app: TOTPDevice) -> None:
    code = code_of(app)
    first, second = Client(), Client()
    give_password(first)
    give_password(second)
    assert give_code(first, app, code) == 302
    assert give_code(second, app, code) == 400
    assert second.get("/account/")["Location"].startswith(VERIFY)


@pytest.mark.parametrize("steps", [-3, 3])
def test_codes_of_another_time_are_refused(client: Client, app: TOTPDevice, steps: int) -> None:
    give_password(client)
    assert give_code(client, app, code_of(app, steps=steps)) == 400


@pytest.mark.parametrize("code", ["", "000000x", "\0", "9" * 65, "\uff11\uff12\uff13"])
def test_odd_codes_are_refused_plainly(client: Client, app: TOTPDevice, code: str) -> None:
    give_password(client)
    assert give_code(client, app, code or " ") == 400


def test_somebody_elses_factor_opens_nothing(client: Client, app: TOTPDevice) -> None:
    foreign = make_app(UserFactory.create(username="other"))
    give_password(client)
    assert give_code(client, foreign) == 400


def test_an_unconfirmed_app_opens_nothing(client: Client, app: TOTPDevice, person: User) -> None:
    draft = TOTPDevice.objects.create(user=person, confirmed=False, name="")
    give_password(client)
    assert give_code(client, draft) == 400


def test_a_removed_factor_ends_what_it_opened(client: Client, app: TOTPDevice) -> None:
    make_app(app.user, "Second")
    give_password(client)
    give_code(client, app)
    app.delete()
    assert client.get("/account/")["Location"].startswith(VERIFY)


def test_the_way_on_stays_on_this_site(client: Client, app: TOTPDevice) -> None:
    give_password(client)
    form = {"device": app.persistent_id, "code": code_of(app), "next": "//evil.example/"}
    assert client.post(VERIFY, form)["Location"] == HOME


def test_waiting_too_long_begins_again(client: Client, app: TOTPDevice) -> None:
    give_password(client)
    session = client.session
    session[sessions.SIGNED_IN_AT] -= 16 * 60
    session.save()
    assert client.get("/account/")["Location"].startswith(LOGIN)
    assert "_auth_user_id" not in client.session


def test_guesses_are_limited_and_the_wait_ends(client: Client, app: TOTPDevice) -> None:
    give_password(client)
    for _guess in range(limits.CODE.free):
        give_code(client, app, "000000")
    answer = client.post(VERIFY, {"device": app.persistent_id, "code": code_of(app)})
    assert answer.status_code == 400
    told = [message for message in mailbox() if "guessing" in message.subject]
    assert len(told) == 1
    assert re.search(r"Try again in \d+ seconds", answer.content.decode())
    Throttle.objects.update(failed_at=timezone.now() - limits.CODE.longest)
    assert give_code(client, app) == 302


def test_a_strangers_guesses_do_not_hold_up_a_known_browser(app: TOTPDevice) -> None:
    own, strange = Client(), Client()
    give_password(own)
    give_code(own, app, code_of(app, steps=-1))
    own.post("/account/logout/")
    give_password(strange)
    for _guess in range(limits.CODE.free + 1):
        give_code(strange, app, "000000")
    assert give_code(strange, app) == 400
    give_password(own)
    assert give_code(own, app) == 302


def test_a_recovery_code_opens_once_and_is_written_down(client: Client, app: TOTPDevice) -> None:
    codes = recovery_codes.make_codes(user=app.user, client=NOBODY)
    device_id = app.user.recoverycodes_set.get().persistent_id
    typed = codes[0].lower().replace("-", " ")
    give_password(client)
    assert client.post(VERIFY, {"device": device_id, "code": typed}).status_code == 302
    assert recovery_codes.codes_left(app.user) == 9
    other = Client()
    give_password(other)
    assert other.post(VERIFY, {"device": device_id, "code": codes[0]}).status_code == 400
    kinds = set(SecurityEvent.objects.values_list("kind", flat=True))
    assert {"code_spent", "code_refused", "signed_in"} <= kinds


def test_a_remembered_browser_is_not_asked_again(app: TOTPDevice) -> None:
    browser = Client()
    give_password(browser)
    give_code(browser, app, code_of(app, steps=-1), remember="on")
    browser.post("/account/logout/")
    give_password(browser)
    assert browser.get("/account/").status_code == 200
    stranger = Client()
    give_password(stranger)
    assert stranger.get("/account/").status_code == 302


@pytest.mark.parametrize("what", ["time", "factor", "change"])
def test_a_browser_is_forgotten(app: TOTPDevice, what: str) -> None:
    browser = Client()
    give_password(browser)
    give_code(browser, app, code_of(app, steps=-1), remember="on")
    browser.post("/account/logout/")
    if what == "time":
        Browser.objects.update(remembered_until=timezone.now() - timedelta(seconds=1))
    elif what == "factor":
        make_app(app.user, "Second")
        app.delete()
    else:
        Browser.objects.update(remembered_by="accounts.emailcode/1")
    give_password(browser)
    assert browser.get("/account/").status_code == 302


def test_a_planted_cookie_is_worth_nothing(app: TOTPDevice) -> None:
    """Who set the browser's cookie before the sign-in does not share what it opens afterwards."""
    browser = Client()
    browser.cookies["browser"] = "planted"
    give_password(browser)
    give_code(browser, app, remember="on")
    assert browser.cookies["browser"].value != "planted"
    thief = Client()
    thief.cookies["browser"] = "planted"
    give_password(thief)
    assert thief.get("/account/").status_code == 302


def test_password_reset_does_not_pass_the_second_factor(client: Client, app: TOTPDevice) -> None:
    client.post("/account/password/reset/", {"email": "kim@example.com"})
    found = re.search(r"(?m)^https?://[^/\s]+(/account/\S+)", str(mailbox()[0].body))
    assert found
    form_path = client.get(found[1])["Location"]
    new = "an entirely new one"
    client.post(form_path, {"password1": new, "password2": new})
    assert client.get("/account/").status_code == 302
    client.post(LOGIN, {"login": "kim", "password": new})
    assert client.get("/account/")["Location"].startswith(VERIFY)
