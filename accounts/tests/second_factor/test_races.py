"""ASVS 5.0, 6.5.1: of eight who try one code at once, one gets in. On both databases."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from accounts import limits, phones
from accounts.clients import NOBODY
from accounts.errors import AccountError, CodeRefusedError
from accounts.models import EmailCode, PhoneCode, RecoveryRequest, User
from accounts.recovery import approve, ask_for_recovery, cancel, finish_due
from accounts.second_factor import recovery_codes, totp
from accounts.second_factor.verifying import verify_code
from accounts.tests.factories import UserFactory
from accounts.tests.second_factor.devices import code_of, make_app
from notifications.models import Endpoint
from notifications.tests.mailbox import mailbox

THREADS = 8
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def racer(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> User:
    # Eight guesses at once are more than are free: here only the code itself decides.
    monkeypatch.setattr(limits, "CODE", limits.Limit("code", free=1000))
    made: User = UserFactory.create(username="racer")
    return made


def race(attempt: Callable[[], object]) -> list[object]:
    """Run the attempt in eight threads at once; return what each came to."""
    barrier = threading.Barrier(THREADS)

    def one() -> object:
        try:
            barrier.wait()
            return attempt()
        except AccountError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        futures = [pool.submit(one) for _ in range(THREADS)]
    return [future.result() for future in futures]


def winners(outcomes: list[object]) -> int:
    return sum(not isinstance(outcome, AccountError) for outcome in outcomes)


def spend(user: User, device_id: str, code: str) -> Callable[[], object]:
    return lambda: verify_code(user=user, device_id=device_id, code=code, client=NOBODY)


def test_an_apps_code_is_spent_once(racer: User) -> None:
    device = make_app(racer)
    outcomes = race(spend(racer, device.persistent_id, code_of(device)))
    assert winners(outcomes) == 1
    assert sum(isinstance(outcome, CodeRefusedError) for outcome in outcomes) == THREADS - 1


def test_a_recovery_code_is_spent_once(racer: User) -> None:
    code = recovery_codes.make_codes(user=racer, client=NOBODY)[0]
    device = racer.recoverycodes_set.get()
    assert winners(race(spend(racer, device.persistent_id, code))) == 1
    assert recovery_codes.codes_left(racer) == recovery_codes.HOW_MANY - 1


@pytest.mark.parametrize("way", [EmailCode, PhoneCode])
def test_a_sent_code_is_spent_once(
    racer: User, settings: object, way: type[EmailCode] | type[PhoneCode]
) -> None:
    settings.SECOND_FACTOR_SMS = True  # type: ignore[attr-defined]
    device = way.objects.create(user=racer, name="way")
    device.keep_code("123456")
    assert winners(race(spend(racer, device.persistent_id, "123456"))) == 1


def test_a_phone_is_confirmed_once(racer: User, capsys: pytest.CaptureFixture[str]) -> None:
    check = phones.begin_check(user=racer, number="+41446681800")
    phones.send_check(check=check, client=NOBODY)
    code = capsys.readouterr().out.split(" is your")[0].split()[-1]
    assert winners(race(lambda: phones.confirm_check(check=check, code=code))) == 1
    assert Endpoint.objects.filter(user=racer, channel="sms").count() == 1


def test_texts_at_once_are_no_more_than_texts_in_turn(racer: User) -> None:
    few = limits.DailyLimit("few", 3)
    outcomes = race(lambda: limits.count_today(few, racer.pk))
    assert winners(outcomes) == few.most


def test_an_app_is_added_once(racer: User) -> None:
    code = code_of(totp.begin_app(user=racer))
    outcomes = race(lambda: totp.confirm_app(user=racer, code=code, name="", client=NOBODY))
    assert winners(outcomes) == 1
    assert racer.totpdevice_set.filter(confirmed=True).count() == 1


def test_guesses_at_once_are_no_more_than_guesses_in_turn(racer: User) -> None:
    limit = limits.Limit("few", free=3)
    outcomes = race(lambda: limits.count_attempt(limit, racer.pk))
    assert winners(outcomes) == limit.free


def test_a_recovery_is_carried_out_once(racer: User, settings: object) -> None:
    settings.RECOVERY_DELAY_HOURS = 0  # type: ignore[attr-defined]
    boss = UserFactory.create(username="boss")
    make_app(racer)
    request = ask_for_recovery(user=racer, reason="lost", client=NOBODY)
    approve(request=request, by=boss)
    RecoveryRequest.objects.update(due_at=timezone.now())
    mailbox().clear()
    assert sum(int(str(done)) for done in race(finish_due)) == 1
    assert sorted(message.subject for message in mailbox()) == [
        "Security of your account: Second factors reset",
        "Your second factors have been reset",
    ]


def test_a_recovery_is_decided_once(racer: User) -> None:
    boss = UserFactory.create(username="boss")
    request = ask_for_recovery(user=racer, reason="lost", client=NOBODY)
    turn = iter(range(THREADS))

    def decide() -> object:
        if next(turn) % 2:
            return approve(request=request, by=boss)
        return cancel(request=request, client=NOBODY)

    outcomes = race(decide)
    request.refresh_from_db()
    assert request.state in {"approved", "cancelled"}
    # An approved request can still be cancelled; a cancelled one never be approved.
    assert winners(outcomes) == (2 if request.due_at and request.state == "cancelled" else 1)


def test_one_request_of_many_asked_at_once(racer: User) -> None:
    race(lambda: ask_for_recovery(user=racer, reason="lost", client=NOBODY))
    assert RecoveryRequest.objects.count() == 1
