"""What depends on where the bytes lie: the same on the local store and on S3, in a browser."""

import hashlib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from devops360.demo.photo import draw_photo
from devops360.demo.sound import play_melody
from tests.browser.conftest import ON_S3, OpenPage
from tests.browser.site import Site
from tests.browser.vault import check, entry, give, make_folder, open_entry

pytestmark = pytest.mark.stores


def give_file(page: Page, name: str, media_type: str, content: bytes) -> None:
    file: Any = {"name": name, "mimeType": media_type, "buffer": content}
    page.locator("#pick-files").set_input_files(file)
    expect(entry(page, name)).to_be_visible()


def test_a_picture_is_shown_and_in_the_list_too(vault: Page) -> None:
    give_file(vault, "evening.jpg", "image/jpeg", draw_photo())
    open_entry(vault, "evening.jpg")
    picture = vault.locator("#preview img").first
    expect(picture).to_be_visible(timeout=60_000)
    expect(picture).not_to_have_js_property("naturalWidth", 0)
    vault.goto("/files/")
    thumbnail = entry(vault, "evening.jpg").locator("img")
    expect(thumbnail).to_be_visible()
    expect(thumbnail).not_to_have_js_property("naturalWidth", 0)


def plays_from_the_middle(page: Page) -> None:
    player = page.locator("#preview audio")
    expect(player).to_be_visible()
    expect(player).not_to_have_js_property("readyState", 0)
    # Ready, and at another place: the store was asked for a range, and allowed as a source.
    player.evaluate("(player) => { player.currentTime = player.duration / 2; }")
    expect(player).to_have_js_property("seeking", value=False)
    where = player.evaluate("(player) => player.error ? 0 : player.currentTime")
    assert where > 0


def test_sound_plays_from_the_middle(vault: Page) -> None:
    give_file(vault, "tune.wav", "audio/wav", play_melody())
    open_entry(vault, "tune.wav")
    plays_from_the_middle(vault)


def test_text_is_shown(vault: Page) -> None:
    give(vault, "a.txt", content=b"one line of it")
    open_entry(vault, "a.txt")
    expect(vault.locator("#preview")).to_contain_text("one line of it", timeout=60_000)


def test_one_comes_back_and_several_as_a_zip(vault: Page, tmp_path: Path) -> None:
    give(vault, "a.txt", content=b"a" * 100_000)
    give(vault, "ünï.txt", content=b"u" * 1000)
    with vault.expect_download() as download:
        entry(vault, "ünï.txt").locator("[data-action=menu]").click()
        vault.get_by_role("menuitem", name="Download").click()
    assert download.value.suggested_filename == "ünï.txt"
    download.value.save_as(tmp_path / "one")
    assert (tmp_path / "one").read_bytes() == b"u" * 1000
    check(vault, "a.txt", "ünï.txt")
    with vault.expect_download() as download:
        vault.get_by_role("button", name="Download").click()
    download.value.save_as(tmp_path / "both.zip")
    with zipfile.ZipFile(tmp_path / "both.zip") as archive:
        assert {name: len(archive.read(name)) for name in archive.namelist()} == {
            "a.txt": 100_000,
            "ünï.txt": 1000,
        }


def test_large_bytes_pass_us_by_on_s3(
    vault: Page, site: Site, store_address: str, tmp_path: Path
) -> None:
    """Parts and downloads go to the bucket itself; pages may reach it, and no other place."""
    path = tmp_path / "film.bin"
    path.write_bytes(hashlib.sha256(site.url.encode()).digest() * 400_000)
    sent: list[str] = []
    vault.on("request", lambda request: sent.append(f"{request.method} {request.url}"))
    vault.locator("#pick-files").set_input_files(path)
    expect(entry(vault, "film.bin")).to_be_visible(timeout=60_000)
    parts = [line for line in sent if line.startswith("PUT ")]
    ours = [line for line in parts if site.url in line]
    assert len(parts) == 3
    assert len(ours) == (0 if ON_S3 else 3)
    policy = vault.request.get("/files/").headers["content-security-policy"]
    assert (store_address in policy) is ON_S3
    vault.reload()
    with vault.expect_download() as download:
        entry(vault, "film.bin").locator("[data-action=menu]").click()
        vault.get_by_role("menuitem", name="Download").click()
    download.value.save_as(tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == path.read_bytes()


def test_a_guest_of_a_link_sees_hears_and_fetches(vault: Page, open_page: OpenPage) -> None:
    photo, melody = draw_photo(), play_melody()
    make_folder(vault, "Trip")
    open_entry(vault, "Trip")
    give_file(vault, "evening.jpg", "image/jpeg", photo)
    give_file(vault, "tune.wav", "audio/wav", melody)
    vault.get_by_role("link", name="Share", exact=True).click()
    vault.get_by_role("button", name="Make the link").click()
    guest = open_page()
    guest.goto(vault.locator("#link").inner_text())
    for name, content in (("evening.jpg", photo), ("tune.wav", melody)):
        with guest.expect_download() as download:
            guest.get_by_role("link", name=f"Download {name}").click()
        assert download.value.suggested_filename == name
        assert Path(download.value.path()).read_bytes() == content
    with guest.expect_download() as download:
        guest.get_by_role("link", name="Download all as a zip").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.read("Trip/evening.jpg") == photo
    folder = guest.url
    guest.get_by_role("link", name="evening.jpg", exact=True).click()
    picture = guest.locator("#preview img").first
    expect(picture).to_be_visible(timeout=60_000)
    expect(picture).not_to_have_js_property("naturalWidth", 0)
    guest.goto(folder)
    guest.get_by_role("link", name="tune.wav", exact=True).click()
    plays_from_the_middle(guest)
    # Each of them was fetched once, whatever way its bytes took.
    vault.reload()
    expect(vault.get_by_text("3 downloads")).to_be_visible()
