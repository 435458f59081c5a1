"""A link: made by its owner, opened by a guest with a password, ended."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import OpenPage

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def letter(vault: Page) -> Page:
    """The owner's page of a file that is in the vault."""
    file = FilePayload(name="Überraschung 🎁.txt", mimeType="text/plain", buffer=b"for you")
    vault.locator("#pick-files").set_input_files([file])
    vault.get_by_role("link", name="Überraschung").first.click()
    return vault


@pytest.mark.stores
def test_a_link_with_a_password(
    letter: Page, open_page: OpenPage, axe: Callable[[Page], None], complaints: object
) -> None:
    complaints.allow("status of (403|404)")  # type: ignore[attr-defined]
    letter.get_by_role("link", name="Share", exact=True).click()
    letter.get_by_label("Label").fill("for Ada")
    letter.get_by_label("Password").fill("three small words")
    axe(letter)
    letter.get_by_role("button", name="Make the link").click()
    link = letter.locator("#link").inner_text()
    axe(letter)

    guest = open_page(viewport=PHONE, color_scheme="dark")
    guest.goto(link)
    axe(guest)
    guest.get_by_label("Password").fill("wrong")
    guest.get_by_role("button", name="Open").click()
    expect(guest.get_by_text("This is not the password")).to_be_visible()
    guest.get_by_label("Password").fill("three small words")
    guest.get_by_role("button", name="Open").click()
    expect(guest.get_by_role("heading", name="Überraschung 🎁.txt")).to_be_visible()
    axe(guest)
    assert guest.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    with guest.expect_download() as download:
        guest.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "Überraschung 🎁.txt"
    assert Path(download.value.path()).read_bytes() == b"for you"

    letter.reload()
    expect(letter.get_by_text("1 download")).to_be_visible()
    letter.get_by_label("End the link for Ada").click()
    axe(letter)
    assert guest.goto(link), "asked is not done yet"
    expect(guest.get_by_role("heading", name="Überraschung 🎁.txt")).to_be_visible()
    letter.get_by_role("button", name="End the link", exact=True).click()
    expect(letter.get_by_text("The link has ended")).to_be_visible()
    guest.goto(link)
    expect(guest.get_by_text("This link leads nowhere")).to_be_visible()
    axe(guest)
