"""People let in, files asked for, a link to look at: on a phone, in the dark, without scripts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import ON_S3, PART, OpenPage
from tests.browser.site import Person, Site
from tests.browser.vault import (
    Stay,
    check,
    entries,
    entry,
    give,
    lose_the_first_answer,
    make_folder,
    open_entry,
    payload,
)

PHONE = {"width": 390, "height": 844}
type Axe = Callable[[Page], None]


def fits(page: Page) -> None:
    width = page.viewport_size or {"width": 0}
    assert page.evaluate("document.documentElement.scrollWidth") <= width["width"]


@pytest.fixture
def shared(vault: Page) -> Page:
    """The owner's page of how a folder with a file is shared."""
    make_folder(vault, "Plans")
    open_entry(vault, "Plans")
    give(vault, "notes.txt")
    vault.get_by_role("link", name="Share", exact=True).click()
    expect(vault.get_by_role("heading", name="Share “Plans”")).to_be_visible()
    return vault


def share_with(page: Page, person: Person, role: str) -> None:
    page.get_by_label("E-mail address or user name").fill(person.email)
    page.get_by_label("They may").select_option(role)
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.get_by_text(f"Shared with {person.email}")).to_be_visible()


def test_an_editor_works_in_a_shared_folder_until_it_ends(
    shared: Page, site: Site, open_page: OpenPage, axe: Axe, complaints: object
) -> None:
    complaints.allow("status of 404")  # type: ignore[attr-defined]
    friend = site.make_person(display_name="Ben Friend")
    share_with(shared, friend, "editor")
    axe(shared)

    theirs = open_page(friend, color_scheme="dark")
    theirs.goto(f"{site.url}/files/shared/")
    axe(theirs)
    theirs.get_by_role("link", name="Plans").click()
    expect(entry(theirs, "notes.txt")).to_be_visible()
    give(theirs, "from Ben.txt")
    check(theirs, "notes.txt")
    theirs.get_by_role("button", name="Delete").first.click()
    expect(entry(theirs, "notes.txt")).to_have_count(0)
    theirs.get_by_role("button", name="Undo").click()
    expect(entry(theirs, "notes.txt")).to_be_visible()
    axe(theirs)

    shared.reload()
    expect(shared.get_by_text("Ben Friend")).to_be_visible()
    shared.get_by_role("button", name=f"Let look only: {friend.email}").click()
    theirs.reload()
    expect(entry(theirs, "from Ben.txt")).to_be_visible()
    expect(theirs.get_by_role("link", name="New folder")).to_have_count(0)
    expect(theirs.locator("[data-action=upload-files]")).to_have_count(0)
    shared.get_by_role("button", name=f"End sharing with {friend.email}").click()
    theirs.reload()
    expect(theirs.get_by_text("404")).to_be_visible()


def ask_for_files(page: Page) -> str:
    page.get_by_text("Make a request").click()
    page.get_by_label("What you ask for").fill("Invoices of June")
    page.get_by_label("Megabytes per file at most").fill("1")
    page.get_by_role("button", name="Make the request").click()
    link = page.locator("#link").text_content()
    assert link
    return link


@pytest.mark.stores
def test_files_are_asked_for_and_sent(
    shared: Page, open_page: OpenPage, axe: Axe, complaints: object
) -> None:
    complaints.allow("status of 413")  # type: ignore[attr-defined]
    link = ask_for_files(shared)
    axe(shared)
    guest = open_page(viewport=PHONE, color_scheme="dark")
    guest.goto(link)
    axe(guest)
    fits(guest)
    guest.get_by_label("Your name").fill("Anna")
    small = FilePayload(name="june.txt", mimeType="text/plain", buffer=b"June")
    large = FilePayload(name="large.bin", mimeType="x/y", buffer=bytes(1_000_001))
    guest.get_by_label("Files").set_input_files([small, large])
    guest.get_by_role("button", name="Send").click()
    expect(guest.get_by_text("Arrived")).to_be_visible()
    expect(guest.get_by_text("A file may have at most 1.0")).to_be_visible()
    axe(guest)

    shared.get_by_role("link", name="Back").click()
    expect(entry(shared, "june.txt")).to_be_visible()
    shared.get_by_role("link", name="Activity").click()
    expect(shared.get_by_text("Anna sent june.txt")).to_be_visible()
    axe(shared)
    shared.goto("/files/activity/")
    shared.get_by_label("What to show").select_option("Files sent by guests")
    shared.get_by_role("button", name="Filter").click()
    expect(shared.locator(".activity__line")).to_have_count(1)
    axe(shared)


def test_what_a_guest_sends_comes_once_and_leaving_asks(
    shared: Page, open_page: OpenPage, complaints: object
) -> None:
    complaints.allow("ERR_|Failed to load")  # type: ignore[attr-defined]
    guest = open_page()
    guest.goto(ask_for_files(shared))
    guest.get_by_label("Your name").fill("Anna")
    seen = lose_the_first_answer(guest, "**/file/?**")
    guest.get_by_label("Files").set_input_files([payload("june.txt")])
    guest.get_by_role("button", name="Send").click()
    expect(guest.get_by_text("Arrived")).to_be_visible()
    assert len(seen) == 2
    shared.get_by_role("link", name="Back").click()
    expect(entry(shared, "june.txt")).to_be_visible()
    expect(entries(shared)).to_have_count(2)

    guest.unroute_all()
    guest.route("**/file/?**", lambda route: None)  # never answered
    guest.get_by_label("Files").set_input_files([payload("july.txt")])
    guest.get_by_role("button", name="Send").click()
    stay = Stay(guest)
    guest.evaluate("location.assign('/account/login/')")
    guest.wait_for_timeout(300)
    assert stay.asked == ["beforeunload"]


def test_a_version_whose_answer_was_lost_is_one_and_leaving_asks(
    shared: Page, complaints: object
) -> None:
    complaints.allow("ERR_|Failed to load")  # type: ignore[attr-defined]
    shared.get_by_role("link", name="Back").click()
    open_entry(shared, "notes.txt")
    detail = shared.url
    seen = lose_the_first_answer(shared, "**/versions/new/")
    shared.goto(f"{detail}versions/new/")
    assert seen == []
    shared.get_by_label("File", exact=True).set_input_files([payload("b.txt", b"second")])
    shared.get_by_role("button", name="Upload").click()
    expect(shared.locator("#detail .facts")).to_contain_text("2 versions")
    assert len(seen) == 2

    shared.unroute_all()
    shared.goto(f"{detail}versions/new/")
    shared.route("**/versions/new/", lambda route: None)  # never answered
    shared.get_by_label("File", exact=True).set_input_files([payload("c.txt", b"third")])
    shared.get_by_role("button", name="Upload").click()
    stay = Stay(shared)
    shared.evaluate("location.assign('/files/')")
    shared.wait_for_timeout(300)
    assert stay.asked == ["beforeunload"]


def test_a_request_is_changed_closed_and_opened_again(
    shared: Page, open_page: OpenPage, axe: Axe, complaints: object
) -> None:
    complaints.allow("status of 404")  # type: ignore[attr-defined]
    link = ask_for_files(shared)
    shared.get_by_role("link", name="Change the request Invoices of June").click()
    expect(shared.get_by_text("Nothing has come yet.")).to_be_visible()
    axe(shared)
    shared.get_by_label("What you ask for").fill("Invoices of July")
    shared.get_by_label("Files at most").fill("3")
    shared.get_by_role("button", name="Save").click()
    guest = open_page()
    guest.goto(link)
    expect(guest.get_by_role("heading", name="Invoices of July")).to_be_visible()
    shared.get_by_role("button", name="Close the request Invoices of July").click()
    expect(shared.get_by_text("Closed", exact=True)).to_be_visible()
    axe(shared)
    guest.reload()
    expect(guest.get_by_text("This link leads nowhere")).to_be_visible()
    shared.get_by_role("button", name="Open again: the request Invoices of July").click()
    guest.reload()
    expect(guest.get_by_text("0 of 3 files have come")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_leaving_and_ending_ask_first(
    shared: Page, site: Site, open_page: OpenPage, scripts: bool
) -> None:
    friend = site.make_person(display_name="Ben Friend")
    share_with(shared, friend, "viewer")
    ask_for_files(shared)
    theirs = open_page(friend, java_script_enabled=scripts, viewport=PHONE)
    theirs.goto("/files/shared/")
    leave = theirs.get_by_role("button", name="Leave it")
    expect(leave).to_be_hidden()
    theirs.get_by_label("Leave Plans").click()
    fits(theirs)
    leave.click()
    expect(theirs.get_by_text("“Plans” is no longer shared with you.")).to_be_visible()

    mine = open_page(java_script_enabled=scripts, viewport=PHONE, storage_state=kept_by(shared))
    mine.goto("/files/shares/?kind=requests")
    mine.get_by_label("End the request Invoices of June").click()
    fits(mine)
    mine.get_by_role("button", name="End the request", exact=True).click()
    expect(mine.get_by_text("The request has ended.")).to_be_visible()


def kept_by(page: Page) -> Any:
    return page.context.storage_state()


def test_an_editor_of_one_file_brings_new_versions(
    shared: Page, site: Site, open_page: OpenPage, axe: Axe, tmp_path: Path
) -> None:
    friend = site.make_person(display_name="Ben Friend")
    shared.get_by_role("link", name="Back").click()
    open_entry(shared, "notes.txt")
    shared.get_by_role("link", name="Share", exact=True).click()
    share_with(shared, friend, "editor")

    theirs = open_page(friend, viewport=PHONE, color_scheme="dark")
    theirs.goto("/files/shared/")
    theirs.get_by_role("link", name="notes.txt").click()
    small = FilePayload(name="other.txt", mimeType="text/plain", buffer=b"second")
    large = tmp_path / "third.txt"
    large.write_bytes(b"third " * 1_000_000)
    for number, file in ((2, small), (3, large)):
        theirs.get_by_role("link", name="New version").click()
        expect(theirs.get_by_role("heading", name="New version of “notes.txt”")).to_be_visible()
        axe(theirs)
        fits(theirs)
        theirs.get_by_label("File", exact=True).set_input_files(file)
        theirs.get_by_role("button", name="Upload").click()
        expect(theirs.get_by_role("heading", name="notes.txt", exact=True)).to_be_visible()
        expect(theirs.locator("#detail .facts")).to_contain_text(f"{number} versions")
    fits(theirs)
    # Without scripts by the form.
    plain = open_page(friend, java_script_enabled=False)
    plain.goto(f"{theirs.url}versions/new/")
    plain.get_by_label("File", exact=True).set_input_files([small])
    plain.get_by_role("button", name="Upload").click()
    expect(plain.get_by_text("Version 4 is what the file holds now.")).to_be_visible()


@pytest.mark.stores
def test_a_large_file_is_sent_in_parts(
    shared: Page, open_page: OpenPage, site: Site, tmp_path: Path
) -> None:
    shared.get_by_text("Make a request").click()
    shared.get_by_label("What you ask for").fill("The film")
    shared.get_by_role("button", name="Make the request").click()
    guest = open_page()
    guest.goto(shared.locator("#link").text_content() or "")
    guest.get_by_label("Your name").fill("Anna")
    film = tmp_path / "film.bin"
    film.write_bytes(b"film" * (PART // 4 * 3) + b"end")
    sent: list[str] = []
    guest.on("request", lambda request: sent.append(f"{request.method} {request.url}"))
    guest.get_by_label("Files").set_input_files(film)
    with guest.expect_response("**/complete/", timeout=120_000):
        guest.get_by_role("button", name="Send").click()
    expect(guest.get_by_text("Arrived")).to_be_visible(timeout=60_000)
    # A guest has nothing of the vault; and to the bucket no more than the address of each part.
    parts = [line for line in sent if line.startswith("PUT ")]
    assert len(parts) == 4
    assert len([line for line in parts if site.url in line]) == (0 if ON_S3 else 4)
    shared.get_by_role("link", name="Back").click()
    with shared.expect_download() as download:
        entry(shared, "film.bin").locator("[data-action=menu]").click()
        shared.get_by_role("menuitem", name="Download").click()
    assert Path(download.value.path()).read_bytes() == film.read_bytes()


def test_files_are_sent_without_scripts(shared: Page, open_page: OpenPage) -> None:
    link = ask_for_files(shared)
    guest = open_page(java_script_enabled=False)
    guest.goto(link)
    guest.get_by_label("Your name").fill("Anna")
    file = FilePayload(name="june.txt", mimeType="text/plain", buffer=b"June")
    guest.get_by_label("Files").set_input_files([file])
    guest.get_by_role("button", name="Send").click()
    expect(guest.get_by_text("1 file arrived")).to_be_visible()


def test_a_link_to_look_at_shows_the_file_and_no_download(
    shared: Page, open_page: OpenPage, axe: Axe
) -> None:
    shared.get_by_label("To look at only").check()
    shared.get_by_role("button", name="Make the link").click()
    link = shared.locator("#link").text_content()
    guest = open_page(viewport=PHONE)
    guest.goto(link or "")
    guest.get_by_role("link", name="notes.txt").click()
    # Made by the worker meanwhile: the page looks for it by itself.
    expect(guest.locator("pre.code")).to_contain_text("content", timeout=30_000)
    expect(guest.get_by_role("link", name="Download")).to_have_count(0)
    axe(guest)
    fits(guest)
