"""Connections to the mail server: kept while there is something to send, renewed when they end."""

import smtplib
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.mail import EmailMessage

from notifications.channels import mail_lines
from notifications.channels.email import EmailChannel
from notifications.channels.mail_lines import Lines
from notifications.events import notify
from notifications.models import Delivery
from notifications.outbox.pump import Pump
from notifications.tests.factories import PersonFactory
from notifications.tests.smtp import Mailbox, mail_server


@pytest.fixture
def box(settings: Any) -> Iterator[Mailbox]:
    with mail_server() as box:
        settings.MAILERS = {"default": box.mailer}
        yield box


@pytest.fixture
def lines() -> Iterator[Lines]:
    lines = Lines()
    yield lines
    lines.hang_up()


def count_greetings(box: Mailbox) -> list[int]:
    greeted: list[int] = []

    def greet() -> str:
        greeted.append(1)
        return "220 loopback"

    box.greet = greet
    return greeted


def mail() -> EmailMessage:
    return EmailMessage(subject="s", body="b", to=["kim@example.com"])


def test_one_line_carries_many_mails(box: Mailbox, lines: Lines) -> None:
    greeted = count_greetings(box)
    for _ in range(5):
        lines.send(mail())
    assert len(greeted) == 1
    assert len(box.arrived["kim@example.com"]) == 5


def test_a_line_is_not_kept_for_ever(
    box: Mailbox, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    greeted = count_greetings(box)
    monkeypatch.setattr(mail_lines, "KEPT_MAILS", 2)
    for _ in range(4):
        lines.send(mail())
    assert len(greeted) == 2
    monkeypatch.setattr(mail_lines, "KEPT_SECONDS", 0.0)
    lines.send(mail())
    assert len(greeted) == 3


def test_a_line_that_the_server_ended_is_dialled_again(box: Mailbox, lines: Lines) -> None:
    lines.send(mail())
    (line,) = lines._resting
    line.backend.connection.sock.close()  # type: ignore[attr-defined]
    lines.send(mail())
    assert len(box.arrived["kim@example.com"]) == 2


def test_after_a_failure_the_next_mail_begins_anew(box: Mailbox, lines: Lines) -> None:
    greeted = count_greetings(box)
    box.answer = lambda to: "451 later"
    with pytest.raises(smtplib.SMTPDataError):
        lines.send(mail())
    assert not lines._resting
    box.answer = lambda to: "250 ok"
    lines.send(mail())
    assert len(greeted) == 2


def test_another_mail_server_is_another_line(box: Mailbox, lines: Lines, settings: Any) -> None:
    lines.send(mail())
    with mail_server() as other:
        settings.MAILERS = {"default": other.mailer}
        lines.send(mail())
        lines.hang_up()
    assert len(box.arrived["kim@example.com"]) == len(other.arrived["kim@example.com"]) == 1


def test_a_server_that_had_enough_of_a_line_gets_another(box: Mailbox, lines: Lines) -> None:
    greeted = count_greetings(box)
    lines.send(mail())
    said = iter(["421 4.7.0 too many mails by this line", "250 ok"])
    box.sender = lambda: next(said)
    lines.send(mail())
    assert len(greeted) == 2
    assert len(box.arrived["kim@example.com"]) == 2


def test_a_server_that_stalls_is_waited_for_once(
    box: Mailbox, lines: Lines, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAILERS = {"default": box.mailer_with(timeout=0.2)}
    monkeypatch.setattr(mail_lines, "AT_ONCE_SECONDS", 0.1)
    greeted = count_greetings(box)
    lines.send(mail())
    box.answer = lambda to: "stall"
    with pytest.raises(smtplib.SMTPServerDisconnected):
        lines.send(mail())
    assert len(greeted) == 1


@pytest.mark.django_db(transaction=True)
def test_one_bad_address_holds_up_no_other(box: Mailbox) -> None:
    people = PersonFactory.create_batch(12)
    bad = {people[3].email: "550 5.1.1 no such user", people[7].email: "451 later"}
    box.recipient = lambda to: bad.get(to, "250 ok")
    people[9].email = "grüße@example.com"
    people[9].save()
    notify(kind="file_shared", to=people, context={"actor": "Rosa", "name": "Plan"})
    Pump(channels=[EmailChannel()]).drain()
    states = dict(Delivery.objects.values_list("address", "state"))
    assert states.pop(people[3].email) == "dead"
    assert states.pop(people[7].email) == "pending"
    assert states.pop(people[9].email) == "dead"
    assert set(states.values()) == {"sent"}
    keys = Delivery.objects.filter(state="sent").values_list("address", "idempotency_key")
    assert box.arrived == {address: [str(key)] for address, key in keys}
