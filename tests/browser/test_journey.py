"""A newcomer's whole way: register, verify, upload, look, move, delete, restore, download."""

import hashlib
import os
import re
import secrets
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from devops360.demo import texts
from devops360.demo.pdf import write_pdf
from devops360.demo.photo import draw_photo
from tests.browser.site import Site

BIG = int(os.environ.get("BIG_UPLOAD_BYTES", "200000000"))
CHUNK = 1 << 20
# What a slow machine may need for the big file, at 5 MB/s.
BIG_MILLISECONDS = 60_000 + BIG // 5_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as a person has it on the disk: a photo, a PDF below, and something big."""
    folder = tmp_path / "Holiday"
    (folder / "Papers").mkdir(parents=True)
    (folder / "Evening.jpg").write_bytes(draw_photo())
    pdf = write_pdf(title="Tickets", pages=texts.PDF_PAGES)
    (folder / "Papers" / "Tickets.pdf").write_bytes(pdf)
    with (folder / "Film.bin").open("wb") as file:
        for start in range(0, BIG, CHUNK):
            file.write(secrets.token_bytes(min(CHUNK, BIG - start)))
    return folder


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def register(page: Page, site: Site, address: str) -> None:
    page.goto("/account/signup/")
    page.locator("[name=email]").fill(address)
    page.locator("[name=username]").fill(address.partition("@")[0])
    for field in ("password1", "password2"):
        page.locator(f"[name={field}]").fill("three small words")
    page.get_by_role("button", name="Create account").click()
    mail = site.wait_for_mail(address, subject="verify")
    page.goto(next(link for link in mail.links if "confirm" in link))
    page.get_by_role("button", name="verify").click()


def sign_in(page: Page, address: str) -> None:
    page.goto("/account/login/")
    page.locator("[name=login]").fill(address)
    page.locator("[name=password]").fill("three small words")
    page.locator("[name=password]").press("Enter")
    expect(page).to_have_url(re.compile(r"/files/$"))


def follow(page: Page, name: str) -> None:
    """Open an entry of the list: by its link, as without a script."""
    page.locator(f'.entry[data-name="{name}"] .entry__link').press("Enter")


def upload(page: Page, folder: Path) -> None:
    page.locator("#pick-folder").set_input_files(folder)
    follow_to = page.locator(f'.entry[data-name="{folder.name}"]')
    expect(follow_to).to_be_visible(timeout=BIG_MILLISECONDS)
    expect(page.locator("[data-uploads-summary]")).to_contain_text(
        re.compile("3", re.IGNORECASE), timeout=BIG_MILLISECONDS
    )
    expect(page.locator("[data-action=uploads-close]")).to_be_visible(timeout=BIG_MILLISECONDS)


def expect_picture(page: Page) -> None:
    picture = page.locator("#preview img").first
    expect(picture).to_be_visible(timeout=30_000)
    expect(picture).to_have_js_property("complete", value=True)
    assert picture.evaluate("picture => picture.naturalWidth") > 100


def test_from_nobody_to_a_file_that_came_back_unchanged(
    site: Site, visitor: Page, folder: Path, tmp_path: Path
) -> None:
    page, address = visitor, f"newcomer{secrets.token_hex(4)}@example.com"
    register(page, site, address)
    if "/files/" not in page.url:
        sign_in(page, address)
    upload(page, folder)

    page.goto("/files/")
    follow(page, "Holiday")
    expect(page.get_by_role("heading", name="Holiday")).to_be_visible()
    inside = page.url
    follow(page, "Evening.jpg")
    expect_picture(page)
    page.goto(inside)
    follow(page, "Papers")
    expect(page.get_by_role("heading", name="Papers")).to_be_visible()
    papers = page.url.rstrip("/").rpartition("/")[2]
    follow(page, "Tickets.pdf")
    expect_picture(page)

    # Move the big file into the folder below, through the page that needs no script.
    page.goto(inside)
    big = page.locator('.entry[data-name="Film.bin"]').get_attribute("data-id")
    page.goto(f"/files/move/?id={big}&at={papers}")
    page.get_by_role("button", name="Move to").click()
    expect(page).to_have_url(re.compile(papers))
    expect(page.locator('.entry[data-name="Film.bin"]')).to_be_visible()

    # Delete it, and fetch it back.
    page.goto(f"/files/{big}/")
    page.locator("[data-action=delete]").first.click()
    expect(page).to_have_url(re.compile(papers))
    expect(page.locator('.entry[data-name="Film.bin"]')).to_have_count(0)
    page.goto("/files/trash/")
    page.get_by_label("Select Film.bin").check()
    page.locator("[data-action=restore-selection]").click()
    expect(page.locator('.entry[data-name="Film.bin"]')).to_have_count(0)

    page.goto(f"/files/{big}/")
    expect(page.locator("#detail")).to_contain_text(sha256(folder / "Film.bin"))
    with page.expect_download(timeout=BIG_MILLISECONDS) as download:
        page.get_by_role("link", name="Download").first.click()
    came_back = tmp_path / "came back"
    download.value.save_as(came_back)
    assert came_back.stat().st_size == BIG
    assert sha256(came_back) == sha256(folder / "Film.bin")
