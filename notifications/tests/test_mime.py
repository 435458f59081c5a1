"""Mails as bytes: what Python's own parser reads out of them is what was put in."""

import email
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest

from notifications.channels.mime import UnwritableError, WrittenMail, address_of
from notifications.tests.smtp import mail_server

LINK = f"<https://vault.example.com/notifications/unsubscribe/{'x' * 180}/>"
TEXT = "Grüße,\n.\n..\nFrom here: =3D 100 % €\n" + "long " * 60 + "\n\ttrailing \n"
HTML = "<p>Grüße &amp; <b>mehr</b> 日本語 \U0001f600</p>\n" * 3


def written(**changes: str) -> WrittenMail:
    mail = WrittenMail(
        subject=changes.get("subject", "A plan"),
        body=TEXT,
        from_email=changes.get("sender", "DevOps360 <no-reply@example.com>"),
        to=[changes.get("to", "kim@example.com")],
        headers={"Message-ID": "<1@example.com>", "List-Unsubscribe": LINK},
    )
    mail.attach_alternative(HTML, "text/html")
    return mail


def read_back(mail: WrittenMail) -> EmailMessage:
    return email.message_from_bytes(mail.message().as_bytes(), policy=default)


def test_both_parts_come_back_letter_by_letter() -> None:
    back = read_back(written())
    plain, html = back.get_body(("plain",)), back.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content() == TEXT
    assert html.get_content() == HTML
    assert not back.defects
    assert back["Date"].datetime is not None


def test_lines_are_as_long_as_mail_allows_and_end_as_it_asks() -> None:
    raw = written(subject="Ü" * 200).message(policy=SMTP).as_bytes()
    assert raw.isascii()
    lines = raw.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert all(len(line) <= 78 for line in lines if LINK.encode() not in line)
    # RFC 5322, 2.1.1: what has no place to be folded at.
    assert all(len(line) <= 998 for line in lines)


def test_the_address_to_unsubscribe_is_an_address() -> None:
    """Gmail and others read no encoded words there: RFC 2047, 5, allows none."""
    raw = written().message(policy=SMTP).as_bytes().decode()
    unfolded = raw.replace("\r\n ", " ")
    assert f"\r\nList-Unsubscribe: {LINK}\r\n" in unfolded.replace(":  <", ": <")


@pytest.mark.parametrize(
    "subject", ["Plain", "Rosa shared “Plän” with you", "x" * 300, "two words " * 30, "日本語" * 40]
)
def test_subjects_come_back(subject: str) -> None:
    assert read_back(written(subject=subject.strip()))["Subject"] == subject.strip()


def test_names_and_foreign_domains() -> None:
    back = read_back(
        written(sender="Tresor für alle <no-reply@bücher.example>", to="kim@bücher.example")
    )
    assert back["From"].addresses[0].display_name == "Tresor für alle"
    assert back["From"].addresses[0].addr_spec == "no-reply@xn--bcher-kva.example"
    assert back["To"] == "kim@xn--bcher-kva.example"


@pytest.mark.parametrize("bad", ["A\nBcc: all@example.com", "A\r\nBcc: all@example.com", "A\r B"])
def test_nobody_writes_a_header_of_their_own(bad: str) -> None:
    mail = written()
    mail.extra_headers["X-Name"] = bad
    with pytest.raises(UnwritableError, match="more than a line"):
        mail.message()
    for where in ("subject", "sender", "to"):
        with pytest.raises(UnwritableError, match="more than a line"):
            written(**{where: bad}).message()


@pytest.mark.parametrize("address", ["grüße@example.com", "kim@exa\u2028mple.com"])
def test_an_address_that_no_mail_goes_to(address: str) -> None:
    with pytest.raises(UnwritableError):
        address_of(address)


def test_a_real_server_gets_it_with_its_dots(settings: object) -> None:
    with mail_server() as box:
        settings.MAILERS = {"default": box.mailer}  # type: ignore[attr-defined]
        assert written().send() == 1
    assert box.arrived == {"kim@example.com": ["1"]}
    # As it came over the line: no line begins with a single dot, which would end the mail.
    (raw,) = box.raw
    back = email.message_from_bytes(raw.replace(b"\r\n", b"\n"), policy=default)
    plain = back.get_body(("plain",))
    assert plain is not None
    assert plain.get_content() == TEXT
