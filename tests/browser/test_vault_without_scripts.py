"""The vault in a browser that runs no scripts: forms and links do the work."""

import io
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Complaints, OpenPage
from tests.browser.site import Person
from tests.browser.vault import check, entries, entry, open_entry, payload


@pytest.fixture
def plain(open_page: OpenPage, owner: Person) -> Page:
    page = open_page(owner, java_script_enabled=False)
    page.goto("/files/")
    return page


def upload(page: Page, *names: str, content: bytes = b"plain") -> None:
    page.locator("#plain-files").set_input_files([payload(name, content) for name in names])
    page.get_by_role("button", name="Upload", exact=True).click()
    for name in names[:100]:
        expect(entry(page, name)).to_be_visible()


def new_folder(page: Page, name: str) -> None:
    page.get_by_role("link", name="New folder").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Make the folder").click()
    expect(entry(page, name)).to_be_visible()


def test_nothing_is_offered_that_needs_scripts(plain: Page) -> None:
    upload(plain, "a.txt")
    for name in ("Upload files", "Upload folder", "Keyboard shortcuts", "Actions for a.txt"):
        expect(plain.get_by_role("button", name=name)).to_have_count(0)
    for name in ("Download", "Move", "Copy", "Delete"):
        expect(plain.get_by_role("button", name=name)).to_be_visible()


def test_an_upload_beside_a_taken_name_keeps_both(plain: Page) -> None:
    upload(plain, "a.txt", "b.txt")
    upload(plain, "a.txt")
    expect(entry(plain, "a (2).txt")).to_be_visible()
    expect(plain.get_by_text("Uploaded 1 file.")).to_be_visible()


def test_a_folder_with_a_taken_name_is_refused_in_words(
    plain: Page, complaints: Complaints
) -> None:
    complaints.allow("409")
    new_folder(plain, "Papers")
    plain.get_by_role("link", name="New folder").click()
    plain.get_by_label("Name").fill("papers")
    plain.get_by_role("button", name="Make the folder").click()
    expect(plain.get_by_text("already in this folder")).to_be_visible()


def test_copy_into_a_folder(plain: Page) -> None:
    new_folder(plain, "Target")
    upload(plain, "a.txt")
    check(plain, "a.txt")
    plain.get_by_role("button", name="Copy").click()
    plain.get_by_role("button", name="Target", exact=True).click()
    plain.get_by_role("button", name="Copy to “Target”").click()
    expect(entry(plain, "a.txt")).to_be_visible()
    plain.get_by_role("navigation", name="Breadcrumbs").get_by_role("link", name="Files").click()
    expect(entries(plain)).to_have_count(2)


def test_a_selection_as_zip(plain: Page, tmp_path: Path) -> None:
    upload(plain, "a.txt", "b.txt", content=b"bytes")
    check(plain, "a.txt", "b.txt")
    with plain.expect_download() as download:
        plain.get_by_role("button", name="Download").click()
    download.value.save_as(tmp_path / "both.zip")
    with zipfile.ZipFile(io.BytesIO((tmp_path / "both.zip").read_bytes())) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "a.txt": b"bytes",
            "b.txt": b"bytes",
        }


def test_one_file_s_page_renames_and_deletes(plain: Page) -> None:
    upload(plain, "a.txt")
    open_entry(plain, "a.txt")
    plain.get_by_role("link", name="Rename").click()
    plain.get_by_label("Name").fill("b.txt")
    plain.get_by_role("button", name="Rename").click()
    open_entry(plain, "b.txt")
    plain.get_by_role("button", name="Delete").click()
    expect(plain.get_by_text("Moved 1 item to the trash.")).to_be_visible()
    expect(entries(plain)).to_have_count(0)


def test_search_sort_and_grid(plain: Page) -> None:
    upload(plain, "one.txt", "two.txt")
    plain.get_by_role("link", name="Name").click()
    expect(entries(plain).first).to_have_attribute("data-name", "two.txt")
    plain.get_by_role("link", name="Grid").click()
    expect(plain.locator(".entries--grid")).to_be_visible()
    plain.get_by_role("searchbox").fill("one")
    plain.get_by_role("searchbox").press("Enter")
    expect(entries(plain)).to_have_count(1)


def test_pages_of_a_long_list(plain: Page) -> None:
    upload(plain, *(f"{n:03}.txt" for n in range(101)))
    expect(entries(plain)).to_have_count(100)
    plain.get_by_role("link", name="Show more").click()
    expect(entry(plain, "100.txt")).to_be_visible()


def test_emptying_the_trash(plain: Page) -> None:
    upload(plain, "a.txt", "b.txt")
    check(plain, "a.txt", "b.txt")
    plain.get_by_role("button", name="Delete").click()
    plain.get_by_role("link", name="Trash").click()
    check(plain, "a.txt")
    plain.get_by_role("button", name="Delete for good").click()
    expect(entries(plain)).to_have_count(1)
    plain.get_by_role("button", name="Empty the trash").click()
    expect(plain.get_by_text("The trash is empty")).to_be_visible()
