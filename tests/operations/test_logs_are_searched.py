"""The search of the browser tests' logs finds what it must: tests/browser/traces_in_logs.py."""

import uuid
from pathlib import Path

from tests.browser.traces_in_logs import secrets_of, told


def test_what_of_an_address_is_secret() -> None:
    assert list(secrets_of("https://x/s/abc-secret/f/1/?q=words&page=2")) == ["words", "abc-secret"]
    assert list(secrets_of("https://x/account/confirm-email/key:1/")) == ["key:1"]
    assert list(secrets_of(f"https://x/s/{uuid.uuid4()}/")) == []
    assert list(secrets_of("https://x/files/folder/1/?view=grid")) == []


def test_what_is_told_is_found(tmp_path: Path) -> None:
    log = tmp_path / "site.log"
    log.write_text('web | {"message": "request"}\nweb | {"message": "lost Tax return.pdf"}\n')
    assert told([log], {"Salaries.xlsx", "request"}) == []
    (found,) = told([log], {"Salaries.xlsx", "Tax return.pdf"})
    assert "Tax return.pdf" in found
