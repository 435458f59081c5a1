"""What a file has held: replaced, looked at, downloaded, restored, deleted; also on a phone."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.site import Person
from tests.browser.vault import give, open_entry, payload

pytestmark = pytest.mark.stores
PHONE = {"width": 390, "height": 844}
NAME = "Minutes of a meeting that went on for long.txt"
FIRST, SECOND = b"the first words", b"the second words, and more of them"
LONG = 60_000  # milliseconds

type Axe = Callable[[Page], None]


@pytest.fixture
def versions(vault: Page) -> Page:
    """The page of the versions of a file that was replaced once."""
    give(vault, NAME, content=FIRST)
    vault.locator("#pick-files").set_input_files([payload(NAME, SECOND)])
    dialog = vault.get_by_role("dialog", name="This name is taken")
    dialog.get_by_text("Replace", exact=True).click()
    dialog.get_by_role("button", name="Continue").click()
    expect(vault.locator("[data-uploads-summary]")).to_have_text("2 uploaded")
    # The list is read again just now: a click could meet a row that goes.
    vault.goto("/files/")
    open_entry(vault, NAME)
    vault.get_by_role("link", name=re.compile("see them")).click()
    expect(vault.get_by_role("heading", name=f"Versions of “{NAME}”")).to_be_visible()
    return vault


def numbers(page: Page) -> list[str]:
    """Return which versions the page lists, the newest first."""
    links = page.locator(".version__facts a").all_inner_texts()
    return [found[1] for text in links if (found := re.match(r"Version (\d+)", text))]


def downloaded(page: Page, number: int) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("link", name=f"Download version {number}").click()
    assert download.value.suggested_filename == NAME
    return Path(download.value.path()).read_bytes()


def test_an_older_version_is_looked_at_and_restored(versions: Page, axe: Axe) -> None:
    assert numbers(versions) == ["2", "1"]
    expect(versions.locator(".version").first).to_contain_text("the file now")
    axe(versions)
    versions.get_by_role("link", name="Version 1").first.click()
    # Made by the worker meanwhile: the page looks for it by itself.
    expect(versions.locator("#preview")).to_contain_text(FIRST.decode(), timeout=LONG)
    axe(versions)
    assert downloaded(versions, 1) == FIRST
    versions.get_by_role("button", name="Restore version 1").click()
    expect(versions.get_by_text("holds version 1 again, as version 3")).to_be_visible()
    assert numbers(versions) == ["3", "2", "1"]
    expect(versions.locator(".version").first).to_contain_text("the file now")
    assert [downloaded(versions, number) for number in (3, 2)] == [FIRST, SECOND]
    versions.get_by_role("link", name="Back to the file").click()
    expect(versions.locator("#preview")).to_contain_text(FIRST.decode(), timeout=LONG)


def test_an_older_version_is_deleted_for_good(versions: Page, axe: Axe) -> None:
    expect(versions.get_by_role("link", name="Delete version 2")).to_have_count(0)
    versions.get_by_role("link", name="Delete version 1").click()
    expect(versions.get_by_role("heading", name="for good?")).to_be_visible()
    axe(versions)
    versions.get_by_role("link", name="Keep it").click()
    assert numbers(versions) == ["2", "1"]
    versions.get_by_role("link", name="Delete version 1").click()
    versions.get_by_role("button", name="Delete version 1").click()
    expect(versions.get_by_text("Version 1 is deleted for good")).to_be_visible()
    assert numbers(versions) == ["2"]
    assert downloaded(versions, 2) == SECOND


def test_all_of_it_on_a_phone(versions: Page, owner: Person, open_page: OpenPage, axe: Axe) -> None:
    phone = open_page(owner, viewport=PHONE, color_scheme="dark")
    list_page = versions.url
    shown = phone.locator(".version").first
    for address in (list_page, f"{list_page}1/", f"{list_page}1/delete/"):
        phone.goto(address)
        phone.wait_for_load_state()
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address
        axe(phone)
    phone.goto(list_page)
    phone.get_by_role("button", name="Restore version 1").click()
    expect(shown).to_contain_text("Version 3")
    assert downloaded(phone, 3) == FIRST
