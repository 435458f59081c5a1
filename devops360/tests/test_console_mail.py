import pytest
from django.core.mail import EmailMessage

from devops360.console_mail import ConsoleMailBackend


def test_a_long_link_stays_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    link = f"http://127.0.0.1:8000/account/confirm-email/{'x' * 120}/"
    message = EmailMessage("Grüße", f"Hello,\n\nopen {link}\n", to=["ada@example.com"])
    assert ConsoleMailBackend().send_messages([message]) == 1
    printed = capsys.readouterr().out
    assert f"open {link}\n" in printed
    assert "Mail to ada@example.com: Grüße" in printed
