"""E-mail: what is in it, and what each refusal of a real server means for the delivery."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from unittest.mock import Mock
from zoneinfo import ZoneInfo

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape

from notifications.channels import email
from notifications.channels.base import Message, Target
from notifications.channels.email import EmailChannel, compose
from notifications.errors import (
    BadAddressError,
    ChannelError,
    RefusedError,
    TemporaryError,
    ThrottledError,
)
from notifications.tests.smtp import Mailbox, mail_server

MESSAGE = Message(
    uuid=uuid.UUID(int=1),
    kind="test",
    category="site",
    created_at=timezone.now(),
    title="A <title>",
    text="First.\n\nSecond & last.",
    action="Open",
    url="http://localhost:8000/files/",
    details=(("Address", "<203.0.113.7>"),),
    recipient_name="Kim <b>",
    unsubscribe_url="http://localhost:8000/notifications/unsubscribe/x/",
)
KEY = uuid.UUID(int=7)


@pytest.fixture
def box(settings: Any) -> Iterator[Mailbox]:
    with mail_server() as box:
        settings.MAILERS = {"default": box.mailer}
        yield box


def send(to: str = "kim@example.com", channel: EmailChannel | None = None) -> str:
    channel = channel or EmailChannel()
    try:
        return channel.send(target=Target(to), message=MESSAGE, idempotency_key=KEY)
    finally:
        channel.rest()


def test_both_parts_say_it_and_the_html_escapes_it() -> None:
    mail = compose(message=MESSAGE, to="kim@example.com", key=KEY)
    text, html = str(mail.body), str(mail.alternatives[0][0])
    for words in ("First.", "Second & last.", "Hello Kim <b>,", "Address: <203.0.113.7>", "Open: "):
        assert words in text
    for words in ("Second &amp; last.", "Kim &lt;b&gt;", "&lt;203.0.113.7&gt;", "A &lt;title&gt;"):
        assert words in html
    assert mail.extra_headers["List-Unsubscribe"] == f"<{MESSAGE.unsubscribe_url}>"
    assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_what_many_are_told_is_rendered_once_and_each_gets_their_own_name_and_link(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rendered = Mock(wraps=render_to_string)
    monkeypatch.setattr(email, "render_to_string", rendered)
    email._rendered_for_anybody.cache_clear()
    for name in ("Kim <b>", "Ünal & sons", "link-0 %s {{ x }}"):
        link = f"http://localhost:8000/notifications/unsubscribe/{len(name)}/?a&b"
        message = replace(
            MESSAGE, uuid=uuid.uuid4(), recipient_name=name, unsubscribe_url=link, context={"n": 1}
        )
        mail = compose(message=message, to="kim@example.com", key=KEY)
        html = str(mail.alternatives[0][0])
        assert f"Hello {name}," in mail.body
        assert f"Hello {escape(name)}," in html
        assert link in mail.body
        assert f'href="{escape(link)}"' in html
        assert mail.extra_headers["List-Unsubscribe"] == f"<{link}>"
        for placeholder in (email.NAME, email.LINK):
            assert placeholder not in str(mail.body) + html
    assert rendered.call_count == 2
    for other in (
        replace(MESSAGE, title="Another"),
        replace(MESSAGE, zone=ZoneInfo("Asia/Tokyo")),
        replace(MESSAGE, details=()),
        replace(MESSAGE, recipient_name=""),
        replace(MESSAGE, unsubscribe_url=""),
        replace(MESSAGE, items=(MESSAGE,)),
    ):
        before = rendered.call_count
        compose(message=other, to="kim@example.com", key=KEY)
        assert rendered.call_count == before + 2


def test_an_address_that_no_mail_can_go_to_is_given_up(box: Mailbox) -> None:
    for address in ("grüße@example.com", "kim@example.com\nRCPT TO:<all@example.com>"):
        with pytest.raises(RefusedError):
            send(address)
    assert box.arrived == {}


def test_the_same_key_makes_the_same_message_id(box: Mailbox) -> None:
    assert send() == send()
    assert box.arrived == {"kim@example.com": [str(KEY)] * 2}


@pytest.mark.parametrize(
    ("where", "reply", "error"),
    [
        ("answer", "451 later", TemporaryError),
        ("answer", "452 full", TemporaryError),
        ("answer", "cut", TemporaryError),
        ("answer", "stall", TemporaryError),
        ("answer", "421 closing", ThrottledError),
        ("answer", "454 Throttling failure: Maximum sending rate exceeded.", ThrottledError),
        ("answer", "554 Message rejected", RefusedError),
        ("recipient", "550 5.1.1 no such user", BadAddressError),
        ("recipient", "450 try again", ThrottledError),
        ("recipient", "554 5.7.1 not you", RefusedError),
        ("greet", "cut", TemporaryError),
        ("greet", "554 go away", RefusedError),
    ],
)
def test_what_a_refusal_means(
    box: Mailbox, where: str, reply: str, error: type[ChannelError]
) -> None:
    setattr(box, where, lambda *to: reply)
    with pytest.raises(ChannelError) as raised:
        send()
    assert type(raised.value) is error
    assert len(str(raised.value)) <= 300


def test_nobody_listens(settings: Any) -> None:
    with mail_server() as gone:
        settings.MAILERS = {"default": gone.mailer}
    with pytest.raises(TemporaryError):
        send()
