"""Recovery codes and codes by mail: how they are made, kept and ended."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import limits
from accounts.clients import NOBODY
from accounts.errors import CodeRefusedError, FactorError
from accounts.models import EmailCode, RecoveryCode, User
from accounts.models.factors import SENT_CODE_GUESSES, SENT_CODE_LIFETIME
from accounts.second_factor import changes, recovery_codes, sent_codes
from accounts.second_factor.verifying import verify_code
from accounts.tests.factories import PASSWORD
from accounts.tests.second_factor.devices import code_of, make_app
from accounts.tests.verified import sign_in_verified
from notifications.tests.mailbox import mailbox

FACTORS = "/account/factors/"


@pytest.fixture
def way(person: User) -> EmailCode:
    device: EmailCode = EmailCode.objects.create(user=person, name="E-mail")
    return device


def code_in_mail() -> str:
    found = re.match(r"\d{6}", str(mailbox()[-1].subject))
    assert found
    return found[0]


def spend(user: User, device: Any, code: str) -> Any:
    return verify_code(user=user, device_id=device.persistent_id, code=code, client=NOBODY)


def test_recovery_codes_are_long_hashed_and_shown_once(person: User) -> None:
    client = Client()
    sign_in_verified(client, person)
    client.post("/account/confirm/", {})
    codes = recovery_codes.make_codes(user=person, client=NOBODY)
    assert len(set(codes)) == 10
    # 24 letters of an alphabet of 32: 120 bits.
    assert all(re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}", c) for c in codes)
    kept = str(list(RecoveryCode.objects.values()))
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)
    assert not any(code in client.get(FACTORS).content.decode() for code in codes)


def test_new_recovery_codes_end_the_old(person: User) -> None:
    old = recovery_codes.make_codes(user=person, client=NOBODY)
    recovery_codes.make_codes(user=person, client=NOBODY)
    with pytest.raises(CodeRefusedError):
        spend(person, person.recoverycodes_set.get(), old[0])


def test_letters_that_look_like_digits_are_forgiven(person: User) -> None:
    code = recovery_codes.make_codes(user=person, client=NOBODY)[0]
    typed = code.replace("0", "o").replace("1", "l")
    assert spend(person, person.recoverycodes_set.get(), typed)


def test_recovery_codes_alone_are_no_factor(client: Client, person: User) -> None:
    recovery_codes.make_codes(user=person, client=NOBODY)
    client.post("/account/login/", {"login": "kim", "password": PASSWORD})
    assert client.get("/account/").status_code == 200


def test_a_code_by_mail_opens_the_vault(client: Client, person: User, way: EmailCode) -> None:
    client.post("/account/login/", {"login": "kim", "password": PASSWORD})
    sent = client.post("/account/verify/send/", {"device": way.persistent_id, "next": "/account/"})
    assert sent["Location"].startswith("/account/verify/?with=")
    assert mailbox()[-1].to == ["kim@example.com"]
    code = code_in_mail()
    assert code in str(mailbox()[-1].body)
    way.refresh_from_db()
    assert code not in way.code_digest
    form = {"device": way.persistent_id, "code": f"{code[:3]} {code[3:]}", "next": "/account/"}
    assert client.post("/account/verify/", form)["Location"] == "/account/"


def test_a_sent_code_ends_after_ten_minutes(person: User, way: EmailCode) -> None:
    sent_codes.send_code(device=way, client=NOBODY)
    EmailCode.objects.update(sent_at=timezone.now() - SENT_CODE_LIFETIME)
    assert timedelta(minutes=10) >= SENT_CODE_LIFETIME
    with pytest.raises(CodeRefusedError):
        spend(person, way, code_in_mail())


def test_a_sent_code_takes_five_guesses(
    person: User, way: EmailCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CODE", limits.Limit("code", free=1000))
    sent_codes.send_code(device=way, client=NOBODY)
    right = code_in_mail()
    wrong = "000000" if right != "000000" else "111111"
    for _guess in range(SENT_CODE_GUESSES):
        with pytest.raises(CodeRefusedError):
            spend(person, way, wrong)
    with pytest.raises(CodeRefusedError):
        spend(person, way, right)


def test_a_second_code_ends_the_first(person: User, way: EmailCode) -> None:
    sent_codes.send_code(device=way, client=NOBODY)
    first = code_in_mail()
    sent_codes.send_code(device=way, client=NOBODY)
    if first != code_in_mail():
        with pytest.raises(CodeRefusedError):
            spend(person, way, first)
    assert spend(person, way, code_in_mail())


def test_mailboxes_are_not_flooded(client: Client, person: User, way: EmailCode) -> None:
    client.post("/account/login/", {"login": "kim", "password": PASSWORD})
    mailbox().clear()
    for _time in range(limits.SENDING.free + 2):
        client.post("/account/verify/send/", {"device": way.persistent_id})
    assert len(mailbox()) == limits.SENDING.free


def test_a_way_that_is_switched_off_opens_nothing(
    client: Client, person: User, way: EmailCode, settings: Any
) -> None:
    sent_codes.send_code(device=way, client=NOBODY)
    settings.SECOND_FACTOR_EMAIL = False
    with pytest.raises(CodeRefusedError):
        spend(person, way, code_in_mail())
    client.post("/account/login/", {"login": "kim", "password": PASSWORD})
    assert client.get("/account/factors/email/").status_code == 404


def test_a_code_by_mail_does_not_confirm_sensitive_steps(person: User, way: EmailCode) -> None:
    client = Client()
    app = sign_in_verified(client, person)
    sent_codes.send_code(device=way, client=NOBODY)
    form = {"device": way.persistent_id, "code": code_in_mail(), "next": "/account/delete/"}
    assert client.post("/account/confirm/", form).status_code == 400
    form = {"device": app.persistent_id, "code": code_of(app), "next": "/account/delete/"}
    assert client.post("/account/confirm/", form).status_code == 302


@pytest.mark.parametrize("required", ["optional", "everyone"])
def test_the_last_factor_of_who_must_have_one_stays(
    person: User, settings: Any, required: str
) -> None:
    settings.SECOND_FACTOR = required
    device = make_app(person)
    recovery_codes.make_codes(user=person, client=NOBODY)
    if required == "everyone":
        with pytest.raises(FactorError, match="Add another"):
            changes.remove_factor(device=device, client=NOBODY)
    else:
        changes.remove_factor(device=device, client=NOBODY)
        assert not person.recoverycodes_set.exists()
    assert person.totpdevice_set.exists() is (required == "everyone")


# -- The page of factors -----------------------------------------------------------------------
@pytest.fixture
def fresh(client: Client, person: User) -> Client:
    """Signed in with an app that was just shown: nothing asks again for five minutes."""
    app = make_app(person)
    client.post("/account/login/", {"login": "kim", "password": PASSWORD})
    form = {"device": app.persistent_id, "code": code_of(app)}
    assert client.post("/account/verify/", form).status_code == 302
    return client


def test_several_factors_are_named_with_their_last_use(fresh: Client, person: User) -> None:
    make_app(person, "Tablet")
    page = fresh.get(FACTORS).content.decode()
    assert "Phone" in page
    assert "Tablet" in page
    assert page.count("last used") == 1
    assert page.count("not used yet") == 1


def test_a_factor_is_renamed(fresh: Client, person: User) -> None:
    app = person.totpdevice_set.get()
    fresh.post(f"{FACTORS}app/{app.pk}/rename/", {"name": "  Work \n phone "})
    app.refresh_from_db()
    assert app.name == "Work phone"
    fresh.post(f"{FACTORS}app/{app.pk}/rename/", {"name": ""})
    app.refresh_from_db()
    assert app.name == "Work phone"


def test_a_factor_is_removed_after_a_question(
    fresh: Client, person: User, django_capture_on_commit_callbacks: Any
) -> None:
    second = make_app(person, "Tablet")
    path = f"{FACTORS}app/{second.pk}/remove/"
    assert "Remove “Tablet”?" in fresh.get(path).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        fresh.post(path)
    assert not person.totpdevice_set.filter(pk=second.pk).exists()
    assert "Second factor removed" in mailbox()[-1].subject
    assert fresh.get(path).status_code == 404


def test_few_recovery_codes_are_warned_of(fresh: Client, person: User) -> None:
    recovery_codes.make_codes(user=person, client=NOBODY)
    assert "Few are left" not in fresh.get(FACTORS).content.decode()
    last = RecoveryCode.objects.order_by("pk")[recovery_codes.FEW :]
    RecoveryCode.objects.filter(pk__in=[code.pk for code in last]).update(used_at=timezone.now())
    assert "Few are left" in fresh.get(FACTORS).content.decode()


def test_the_first_factor_brings_recovery_codes_and_leads_on(
    client: Client, person: User, settings: Any
) -> None:
    settings.SECOND_FACTOR = "everyone"
    client.post("/account/login/", {"login": "kim", "password": PASSWORD})
    led = client.get("/account/sessions/")
    client.get(led["Location"])
    page = client.get(f"{FACTORS}app/").content.decode()
    assert "data:image/svg+xml;base64," in page
    draft = person.totpdevice_set.get(confirmed=False)
    done = client.post(f"{FACTORS}app/", {"name": "Phone", "code": code_of(draft)})
    assert "Your recovery codes" in done.content.decode()
    assert 'href="/account/sessions/"' in done.content.decode()
    assert client.get("/account/sessions/").status_code == 200
