"""Search with its filters, stars, tags, recent: by pointer, by keyboard, without scripts."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Complaints, OpenPage
from tests.browser.site import Person
from tests.browser.vault import check, entry, give


def toast(page: Page, text: str) -> None:
    expect(page.locator(".toast").last).to_contain_text(text)


def test_a_star_is_given_by_its_button_and_by_the_key(
    vault: Page, axe: Callable[[Page], None]
) -> None:
    give(vault, "a.txt", "b.txt")
    vault.locator("[data-action=uploads-close]").click()
    entry(vault, "a.txt").hover()
    entry(vault, "a.txt").get_by_role("button", name="Star a.txt").click()
    toast(vault, "Starred “a.txt”.")
    expect(entry(vault, "a.txt").locator(".star")).to_have_attribute("aria-pressed", "true")
    entry(vault, "b.txt").focus()
    vault.keyboard.press("s")
    expect(entry(vault, "b.txt").locator(".star")).to_have_attribute("aria-pressed", "true")
    vault.locator(".toast").last.get_by_role("button", name="Undo").click()
    expect(entry(vault, "b.txt").locator(".star")).to_have_attribute("aria-pressed", "false")
    vault.get_by_role("link", name="Starred").click()
    expect(vault.locator("#rows > .entry")).to_have_count(1)
    axe(vault)


def test_tags_are_put_on_what_is_selected(vault: Page, axe: Callable[[Page], None]) -> None:
    give(vault, "a.txt", "b.txt", "c.txt")
    vault.locator("[data-action=uploads-close]").click()
    check(vault, "a.txt")
    check(vault, "b.txt")
    vault.get_by_role("button", name="Tags", exact=True).click()
    dialog = vault.locator("#dialog-tag")
    dialog.get_by_label("New tag").fill("to read")
    axe(vault)
    dialog.get_by_role("button", name="Save").click()
    expect(entry(vault, "a.txt").locator(".tag")).to_have_text("to read")
    expect(entry(vault, "c.txt").locator(".tag")).to_have_count(0)
    entry(vault, "b.txt").locator(".tag").click()
    expect(vault.locator("#rows > .entry")).to_have_count(2)
    axe(vault)
    vault.get_by_role("link", name="Tags", exact=True).click()
    expect(vault.locator(".tag-list > li")).to_have_count(1)
    vault.locator(".tag-list summary").click()
    axe(vault)
    # A name that another tag has: what merging them does is said before it is done.
    vault.get_by_label("New tag").fill("later")
    vault.get_by_role("button", name="Add").click()
    vault.get_by_label("Edit to read").click()
    vault.get_by_label("Name", exact=True).and_(vault.locator("[value='to read']")).fill("Later")
    vault.locator(".tag-list__edit[open]").get_by_role("button", name="Save").click()
    expect(vault.get_by_role("heading", name="Merge “to read” into “later”?")).to_be_visible()
    expect(vault.get_by_text("2 items have it now", exact=True)).to_be_visible()
    expect(vault.get_by_text("2 items will have it", exact=True)).to_be_visible()
    axe(vault)
    vault.get_by_role("button", name="Merge them").click()
    expect(vault.locator(".tag-list > li")).to_have_count(1)
    expect(vault.locator(".tag-list > li")).to_contain_text("later")


def test_what_a_dialog_cannot_take_is_said_in_it(vault: Page, complaints: Complaints) -> None:
    complaints.allow("400")
    give(vault, "a.txt")
    vault.locator("[data-action=uploads-close]").click()
    entry(vault, "a.txt").focus()
    vault.keyboard.press("t")
    dialog = vault.locator("#dialog-tag")
    dialog.get_by_label("New tag").fill("a/b")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.locator("[data-error]")).to_contain_text("cannot contain /")
    dialog.get_by_label("New tag").fill("ab")
    dialog.get_by_role("button", name="Save").click()
    expect(entry(vault, "a.txt").locator(".tag")).to_have_text("ab")


def test_filters_search_at_once_and_stay_in_the_address(
    vault: Page, axe: Callable[[Page], None]
) -> None:
    give(vault, "résumé.txt", "resume.md")
    vault.locator("[data-action=uploads-close]").click()
    vault.locator("#search-input").fill("resume")
    expect(vault.locator("#rows > .entry")).to_have_count(2)
    vault.locator(".chip", has_text="Pictures").click()
    expect(vault.get_by_text("Nothing fits all of this")).to_be_visible()
    documents = vault.locator(".chip", has_text="Documents")
    width = documents.bounding_box()
    documents.click()
    expect(vault.locator("#rows > .entry")).to_have_count(2)
    assert "kind=document" in vault.url
    # Its button of the browser's own stays hidden when it has the focus.
    expect(vault.get_by_role("radio", name="Documents")).to_be_focused()
    assert documents.bounding_box() == width
    vault.get_by_text("Size, time, tags").click()
    vault.get_by_label("At least, MB").fill("1")
    vault.get_by_label("At least, MB").press("Tab")
    expect(vault.get_by_text("Nothing fits all of this")).to_be_visible()
    axe(vault)
    vault.get_by_role("link", name="Clear filters").click()
    expect(vault.locator("#rows > .entry")).to_have_count(2)
    vault.reload()
    expect(vault.locator("#rows > .entry")).to_have_count(2)


def test_a_search_says_what_it_found(vault: Page) -> None:
    """Its results come in place: nobody would hear of them, and the page keep its old title."""
    give(vault, "report.txt", "report.md")
    found = vault.locator("#found-status")
    vault.locator("#search-input").fill("report")
    expect(found).to_have_text("2 found")
    expect(vault).to_have_title(re.compile("^report .* search · DevOps360$"))
    vault.locator("#search-input").fill("report.md")
    expect(found).to_have_text("1 found")
    vault.locator("#search-input").fill("nothing of the kind")
    expect(found).to_have_text("Nothing found")


def test_a_search_that_fails_says_so_once(vault: Page, complaints: Complaints) -> None:
    complaints.allow("ERR_|Failed to load|htmx:")
    give(vault, "a.txt")
    vault.route("**/files/search/**", lambda route: route.abort("connectionfailed"))
    failed = vault.locator(".toast--error")
    for words in ("re", "report"):
        with vault.expect_event("requestfailed"):
            vault.locator("#search-input").fill(words)
        expect(failed).to_contain_text("The vault cannot be reached.")
    expect(failed).to_have_count(1)


def test_filters_that_contradict_say_so(vault: Page) -> None:
    give(vault, "a.txt")
    vault.goto("/files/search/?q=a")
    vault.get_by_text("Size, time, tags").click()
    vault.get_by_label("At least, MB").fill("2")
    vault.get_by_label("At least, MB").press("Tab")
    expect(vault.get_by_text("Nothing fits all of this")).to_be_visible()
    vault.get_by_label("At most, MB").fill("1")
    vault.get_by_label("At most, MB").press("Tab")
    expect(vault.get_by_text("Swap them.")).to_be_visible()
    expect(vault.get_by_text("Correct what is marked above")).to_be_visible()


def test_finding_without_scripts(open_page: OpenPage, owner: Person, vault: Page) -> None:
    give(vault, "a.txt")
    plain = open_page(owner, java_script_enabled=False)
    plain.goto("/files/")
    plain.locator(".entry").get_by_role("button", name="Star a.txt").click()
    expect(plain.locator(".star.is-on")).to_have_count(1)
    plain.locator("#rows .entry__check").check()
    plain.get_by_role("button", name="Tags", exact=True).click()
    plain.get_by_label("New tag").fill("work")
    plain.get_by_role("button", name="Save").click()
    expect(plain.locator("#rows .tag")).to_have_text("work")
    plain.goto("/files/search/")
    plain.locator(".chip", has_text="Documents").click()
    plain.get_by_role("button", name="Search", exact=True).click()
    expect(plain.locator("#rows > .entry")).to_have_count(1)


def test_what_was_opened_is_recent(vault: Page, axe: Callable[[Page], None]) -> None:
    give(vault, "a.txt", "b.txt")
    vault.locator("[data-action=uploads-close]").click()
    entry(vault, "a.txt").locator("a.entry__link").click()
    expect(vault.locator("#detail")).to_be_visible()
    vault.get_by_role("link", name="Recent").click()
    expect(vault.locator("#rows > .entry")).to_have_count(1)
    vault.get_by_role("link", name="Added").click()
    expect(vault.locator("#rows > .entry")).to_have_count(2)
    axe(vault)
