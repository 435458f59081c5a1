"""Phones of one's own: a code first; few texts, to whom they may go; never somebody else's."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import clients, limits, phones, texting
from accounts.errors import CodeRefusedError, PhoneError
from accounts.models import PhoneCheck, PhoneCode, Throttle, User
from accounts.models.factors import SENT_CODE_GUESSES, SENT_CODE_LIFETIME
from accounts.second_factor import sent_codes
from accounts.second_factor.standing import has_second_factor
from accounts.secret_digest import keyed_digest_of
from accounts.tests.factories import PASSWORD, UserFactory
from notifications import suppression
from notifications.models import Endpoint

NUMBER = "+41446681800"
MOBILE = "+4917012345{:02d}"
PHONES = "/account/phones/"
SOMEWHERE = clients.Client(ip="203.0.113.7")


@pytest.fixture
def inside(client: Client, person: User) -> Client:
    """A browser whose owner has just given the password."""
    client.post("/account/login/", {"login": "kim", "password": PASSWORD})
    return client


def last_code(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the code of the text that was printed last."""
    codes = re.findall(r"^(\d{6}) is your", capsys.readouterr().out, re.MULTILINE)
    return str(codes[-1])


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_a_phone_is_added_by_the_code_that_it_got(
    inside: Client, person: User, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = inside.post(PHONES, {"number": "+41 44 668 18 00"})
    assert answer.status_code == 302
    assert not Endpoint.objects.exists()
    page = inside.get(answer["Location"]).content.decode()
    assert NUMBER in page
    code = last_code(capsys)
    assert inside.post(answer["Location"], {"code": wrong(code)}).status_code == 400
    assert inside.post(answer["Location"], {"code": f" {code[:3]} {code[3:]} "}).status_code == 302
    phone = Endpoint.objects.get(user=person)
    assert (phone.channel, phone.address) == ("sms", NUMBER)
    assert phone.verified_at
    assert not PhoneCheck.objects.exists()
    assert NUMBER in inside.get(PHONES).content.decode()
    # For notifications alone: it opens nothing.
    assert not has_second_factor(person)


def test_a_code_is_good_once_and_for_one_number(
    person: User, capsys: pytest.CaptureFixture[str]
) -> None:
    check = phones.begin_check(user=person, number=NUMBER)
    phones.send_check(check=check, client=SOMEWHERE)
    code = last_code(capsys)
    other = phones.begin_check(user=UserFactory.create(), number=MOBILE.format(1))
    with pytest.raises(CodeRefusedError):
        phones.confirm_check(check=other, code=code)
    phones.confirm_check(check=check, code=code)
    with pytest.raises(CodeRefusedError):
        phones.confirm_check(check=check, code=code)


def test_a_code_ends(person: User, capsys: pytest.CaptureFixture[str]) -> None:
    check = phones.begin_check(user=person, number=NUMBER)
    phones.send_check(check=check, client=SOMEWHERE)
    PhoneCheck.objects.update(sent_at=timezone.now() - SENT_CODE_LIFETIME)
    with pytest.raises(CodeRefusedError):
        phones.confirm_check(check=check, code=last_code(capsys))


def test_guesses_are_counted_also_though_they_are_refused(
    person: User, capsys: pytest.CaptureFixture[str]
) -> None:
    check = phones.begin_check(user=person, number=NUMBER)
    phones.send_check(check=check, client=SOMEWHERE)
    code = last_code(capsys)
    for _guess in range(SENT_CODE_GUESSES):
        with pytest.raises(CodeRefusedError):
            phones.confirm_check(check=check, code=wrong(code))
    with pytest.raises(limits.TooManyAttemptsError):
        phones.confirm_check(check=check, code=code)
    Throttle.objects.all().delete()
    # Another round of guesses needs another code.
    with pytest.raises(CodeRefusedError):
        phones.confirm_check(check=check, code=code)


def test_another_code_makes_the_first_one_void(
    inside: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    where = inside.post(PHONES, {"number": NUMBER})["Location"]
    first = last_code(capsys)
    inside.post(where, {"send": "1"})
    second = last_code(capsys)
    if first != second:
        assert inside.post(where, {"code": first}).status_code == 400
    assert inside.post(where, {"code": second}).status_code == 302


def test_a_number_that_is_a_factor_needs_no_other_code(
    inside: Client, person: User, capsys: pytest.CaptureFixture[str]
) -> None:
    PhoneCode.objects.create(user=person, name="Mobile", number=NUMBER, confirmed=True)
    inside.post(PHONES, {"number": NUMBER})
    assert Endpoint.objects.filter(user=person, address=NUMBER).exists()
    assert "is your" not in capsys.readouterr().out


def test_somebody_elses_factor_is_no_proof(person: User) -> None:
    PhoneCode.objects.create(
        user=UserFactory.create(), name="Mobile", number=NUMBER, confirmed=True
    )
    PhoneCode.objects.create(user=person, name="Draft", number=NUMBER, confirmed=False)
    assert not phones.is_known(user=person, number=NUMBER)


def test_phones_are_three_and_each_once(person: User) -> None:
    for index in range(phones.PHONES_PER_PERSON):
        phones.adopt(user=person, number=MOBILE.format(index))
    with pytest.raises(PhoneError, match="three"):
        phones.begin_check(user=person, number=NUMBER)
    with pytest.raises(PhoneError, match="already"):
        phones.begin_check(user=person, number=MOBILE.format(0))


def test_a_phone_is_removed_by_its_owner_alone(inside: Client, person: User) -> None:
    own = phones.adopt(user=person, number=NUMBER)
    others = phones.adopt(user=UserFactory.create(), number=NUMBER)
    assert inside.post(f"{PHONES}{others.pk}/remove/").status_code == 404
    assert inside.post(f"{PHONES}{own.pk}/remove/").status_code == 302
    assert list(Endpoint.objects.all()) == [others]


def test_a_webhook_is_not_removed_as_a_phone(inside: Client, person: User) -> None:
    hook = Endpoint.objects.create(user=person, channel="webhook", address="https://example.com")
    assert inside.post(f"{PHONES}{hook.pk}/remove/").status_code == 404


def test_a_verified_phone_is_no_longer_suppressed(person: User) -> None:
    suppression.suppress(channel="sms", address=NUMBER, reason="opted_out")
    phones.adopt(user=person, number=NUMBER)
    assert not suppression.lift(channel="sms", address=NUMBER)


def test_who_has_been_away_confirms_first(client: Client, person: User) -> None:
    client.force_login(person)
    answer = client.post(PHONES, {"number": NUMBER})
    assert answer["Location"].startswith("/account/")
    assert "confirm" in answer["Location"] or "reauthenticate" in answer["Location"]
    assert not PhoneCheck.objects.exists()


def test_without_texts_there_is_no_form(inside: Client, settings: Any) -> None:
    settings.SMS_URL = ""
    assert "sends no texts" in inside.get(PHONES).content.decode()
    assert inside.post(PHONES, {"number": NUMBER}).status_code == 404


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("+1 900 555 0123", "mobile"),
        ("+44 70 1234 5678", "mobile"),
        ("+49 180 5123456", "mobile"),
        ("12345", "country code"),
    ],
)
def test_numbers_that_cost_extra_get_nothing(
    inside: Client, capsys: pytest.CaptureFixture[str], number: str, words: str
) -> None:
    page = inside.post(PHONES, {"number": number})
    assert page.status_code == 400
    assert "number" in page.content.decode()
    assert words in page.content.decode()
    assert "is your" not in capsys.readouterr().out


def test_what_is_no_number_at_all_gets_nothing() -> None:
    with pytest.raises(PhoneError, match="no phone"):
        texting.check_number("not a number")


def test_countries_are_those_that_are_allowed(person: User, settings: Any) -> None:
    settings.SMS_COUNTRIES = ["DE"]
    texting.check_number(MOBILE.format(1))
    with pytest.raises(PhoneError, match="country"):
        texting.check_number(NUMBER)


def text_to(index: int, *, ip: str = "", user: User | None = None) -> None:
    """Send a text to another number, long after the last one."""
    Throttle.objects.update(failed_at=timezone.now() - timedelta(hours=1))
    somebody = user or UserFactory.create()
    number = MOBILE.format(index)
    texting.count_text(user=somebody, number=number, client=clients.Client(ip=ip))


LIMITS = {
    "person": ("SMS_DAILY_PER_PERSON", 4),
    "country": ("SMS_DAILY_PER_COUNTRY", 5),
    "site": ("SMS_DAILY", 6),
    "address": ("", texting.ADDRESS_DAILY.most),
    "number": ("", texting.NUMBER_DAILY.most),
}


@pytest.mark.parametrize("by", LIMITS)
def test_texts_of_a_day_have_an_end(db: None, settings: Any, by: str) -> None:
    name, most = LIMITS[by]
    if name:
        setattr(settings, name, most)
    person = UserFactory.create() if by == "person" else None

    def one(index: int) -> None:
        address = f"198.51.{index}.1" if by != "address" else "198.51.100.1"
        text_to(0 if by == "number" else index, ip=address, user=person)

    for index in range(most):
        one(index)
    with pytest.raises(limits.TooManyAttemptsError, match="Try again in"):
        one(most)
    before = {row.pk: row.failures for row in Throttle.objects.all()}
    with pytest.raises(limits.TooManyAttemptsError):
        one(most)
    daily = keyed_digest_of(f"{timezone.now():%Y-%m-%d}:all".casefold(), purpose="daily:text-site")
    # What was refused counts for nobody else.
    assert Throttle.objects.get(pk=daily).failures == before[daily] == most


def test_tomorrow_there_are_texts_again(
    db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SMS_DAILY = 1
    text_to(1)
    with pytest.raises(limits.TooManyAttemptsError):
        text_to(2)
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(limits, "timezone", SimpleNamespace(now=lambda: tomorrow))
    text_to(2)
    with pytest.raises(limits.TooManyAttemptsError):
        text_to(3)


def test_ipv6_is_counted_by_its_network(db: None) -> None:
    for index in range(texting.ADDRESS_DAILY.most):
        text_to(index, ip=f"2001:db8:1:1::{index:x}")
    with pytest.raises(limits.TooManyAttemptsError):
        text_to(99, ip="2001:db8:1:1:ffff::1")
    text_to(99, ip="2001:db8:1:2::1")


def test_codes_of_second_factors_count_as_well(person: User, settings: Any) -> None:
    settings.SMS_DAILY = 1
    text_to(1)
    Throttle.objects.update(failed_at=timezone.now() - timedelta(hours=1))
    device = PhoneCode.objects.create(user=person, name="Mobile", number=NUMBER)
    with pytest.raises(limits.TooManyAttemptsError):
        sent_codes.send_code(device=device, client=SOMEWHERE)
