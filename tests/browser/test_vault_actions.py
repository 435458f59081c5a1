"""What is done with files in a browser, beyond the plain cases: conflicts, several, undo."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Complaints, OpenPage
from tests.browser.site import Person
from tests.browser.vault import check, entries, entry, give, make_folder, open_entry


def menu(page: Page, name: str, item: str) -> None:
    entry(page, name).locator("[data-action=menu]").click()
    page.get_by_role("menuitem", name=item).click()


def move_to(page: Page, folder: str) -> None:
    page.locator("[data-action=move-selection]").click()
    dialog = page.get_by_role("dialog", name=re.compile("^Move"))
    dialog.get_by_role("button", name=folder, exact=True).click()
    dialog.get_by_role("button", name=f"Move to “{folder}”").click()


@pytest.fixture
def taken(vault: Page) -> Page:
    """A vault with a.txt and b.txt twice: at the top, and in Target."""
    make_folder(vault, "Target")
    open_entry(vault, "Target")
    give(vault, "a.txt", "b.txt")
    vault.goto("/files/")
    give(vault, "a.txt", "b.txt", "c.txt")
    return vault


def test_moving_onto_taken_names_asks_for_each(taken: Page, complaints: Complaints) -> None:
    complaints.allow("409")
    check(taken, "a.txt", "b.txt", "c.txt")
    move_to(taken, "Target")
    dialog = taken.get_by_role("dialog", name="This name is taken")
    for name, choice in (("a.txt", "Keep both"), ("b.txt", "Skip")):
        expect(dialog).to_contain_text(name)
        dialog.get_by_text(choice, exact=True).click()
        dialog.get_by_role("button", name="Continue").click()
    expect(entry(taken, "c.txt")).to_have_count(0)
    expect(entry(taken, "b.txt")).to_be_visible()
    expect(taken.locator(".toast")).to_contain_text("Moved 2 items")
    taken.locator(".toast").get_by_role("button", name="Undo").click()
    expect(entry(taken, "c.txt")).to_be_visible()
    open_entry(taken, "Target")
    expect(entries(taken)).to_have_count(2)


def test_giving_up_leaves_everything_and_the_selection(taken: Page, complaints: Complaints) -> None:
    complaints.allow("409")
    check(taken, "a.txt", "c.txt")
    move_to(taken, "Target")
    dialog = taken.get_by_role("dialog", name="This name is taken")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    expect(entries(taken)).to_have_count(4)
    expect(taken.locator("[data-selection-count]")).to_have_text("2")


def test_a_folder_replaces_nothing(vault: Page, complaints: Complaints) -> None:
    complaints.allow("409")
    make_folder(vault, "Target")
    open_entry(vault, "Target")
    make_folder(vault, "Same")
    vault.goto("/files/")
    make_folder(vault, "Same")
    check(vault, "Same")
    move_to(vault, "Target")
    dialog = vault.get_by_role("dialog", name="This name is taken")
    expect(dialog.get_by_role("radio", name="Replace")).to_be_disabled()
    dialog.get_by_role("button", name="Continue").click()
    expect(entry(vault, "Same")).to_have_count(0)


def test_several_are_dragged_at_once(vault: Page) -> None:
    make_folder(vault, "Target")
    give(vault, "a.txt", "b.txt", "c.txt")
    check(vault, "a.txt", "b.txt")
    entry(vault, "b.txt").drag_to(entry(vault, "Target"))
    expect(entries(vault)).to_have_count(2)
    open_entry(vault, "Target")
    expect(entries(vault)).to_have_count(2)
    entry(vault, "a.txt").drag_to(vault.locator("[data-drop-folder]"))
    expect(entries(vault)).to_have_count(1)


def test_a_folder_does_not_move_into_itself(vault: Page) -> None:
    make_folder(vault, "One")
    make_folder(vault, "Two")
    check(vault, "One", "Two")
    entry(vault, "One").drag_to(entry(vault, "Two"))
    expect(entries(vault)).to_have_count(2)
    vault.locator("[data-action=move-selection]").click()
    dialog = vault.get_by_role("dialog", name=re.compile("^Move"))
    expect(dialog.get_by_text("No folders in here")).to_be_visible()


def test_a_hundred_are_moved_by_the_dialog(vault: Page) -> None:
    """Their ids would not fit into an address."""
    make_folder(vault, "Target")
    give(vault, *(f"{n:03}.txt" for n in range(99)))
    entry(vault, "Target").focus()
    vault.keyboard.press("ArrowDown")
    vault.keyboard.press("Shift+End")
    expect(vault.locator("[data-selection-count]")).to_have_text("99")
    move_to(vault, "Target")
    expect(entries(vault)).to_have_count(1)


def test_a_new_folder_has_the_focus_and_says_what_is_wrong(
    vault: Page, complaints: Complaints
) -> None:
    complaints.allow("400|409")
    make_folder(vault, "Old")
    expect(entry(vault, "Old")).to_be_focused()
    vault.locator("[data-action=new-folder]").click()
    name = vault.get_by_label("Name", exact=True)
    for wrong in ("old", "a/b"):
        name.fill(wrong)
        name.press("Enter")
        expect(vault.locator("#dialog-name [data-error]")).not_to_be_empty()
        expect(name).to_have_attribute("aria-invalid", "true")
    vault.keyboard.press("Escape")
    expect(vault.locator("[data-action=new-folder]")).to_be_focused()
    expect(entries(vault)).to_have_count(1)


LONG = "a-name-without-any-blank-" * 8 + ".txt"


def test_a_long_name_is_there_whole_on_its_own_page(open_page: OpenPage, owner: Person) -> None:
    page = open_page(owner, viewport={"width": 390, "height": 844})
    page.goto("/files/")
    give(page, LONG)
    open_entry(page, LONG)
    heading = page.get_by_role("heading", name=LONG)
    assert heading.evaluate("heading => heading.scrollWidth <= heading.clientWidth + 1")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_name_that_is_cut_off_is_whole_under_the_pointer(vault: Page) -> None:
    give(vault, LONG, "short.txt")
    for name, title in ((LONG, LONG), ("short.txt", None)):
        shown = entry(vault, name).locator(".entry__link > bdi")
        shown.hover()
        assert shown.get_attribute("title") == title


@pytest.mark.parametrize("view", ["list", "grid"])
def test_a_phone_sorts_by_time_too(open_page: OpenPage, owner: Person, view: str) -> None:
    page = open_page(owner, viewport={"width": 390, "height": 844})
    page.goto("/files/")
    for name in ("b.txt", "c.txt", "a.txt"):
        give(page, name)
    page.goto(f"/files/?view={view}")
    page.get_by_role("button", name="Sorted by Name").click()
    page.locator("#sort-menu").get_by_role("link", name="Modified").click()
    expect(entries(page)).to_have_count(3)
    names = [one.get_attribute("data-name") for one in entries(page).all()]
    assert names == ["b.txt", "c.txt", "a.txt"]
    expect(page.get_by_role("button", name="Sorted by Modified ascending")).to_be_visible()
    if view == "list":
        expect(entry(page, "b.txt").locator(".entry__time")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_renaming_marks_the_stem_and_keeps_the_focus(vault: Page) -> None:
    give(vault, "report.final.pdf", "z.txt")
    entry(vault, "report.final.pdf").focus()
    vault.keyboard.press("F2")
    vault.keyboard.type("summary")
    vault.keyboard.press("Enter")
    expect(entry(vault, "summary.pdf")).to_be_focused()


def test_what_is_deleted_leaves_the_focus_to_its_neighbour(vault: Page) -> None:
    give(vault, "a.txt", "b.txt", "c.txt")
    entry(vault, "b.txt").focus()
    vault.keyboard.press("Delete")
    expect(entry(vault, "c.txt")).to_be_focused()
    expect(vault.locator(".toast")).to_contain_text("trash")


def test_a_context_menu_acts_on_all_that_is_selected(vault: Page) -> None:
    give(vault, "a.txt", "b.txt", "c.txt")
    check(vault, "a.txt", "b.txt")
    entry(vault, "b.txt").locator(".entry__time").click(button="right")
    expect(vault.get_by_role("menuitem", name="Rename")).to_be_hidden()
    vault.get_by_role("menuitem", name="Delete").click()
    expect(entries(vault)).to_have_count(1)
    entry(vault, "c.txt").locator(".entry__time").click(button="right")
    vault.get_by_role("menuitem", name="Rename").click()
    expect(vault.get_by_label("Name", exact=True)).to_have_value("c.txt")


def test_a_copy_is_taken_back(vault: Page) -> None:
    give(vault, "a.txt")
    menu(vault, "a.txt", "Copy")
    vault.get_by_role("button", name="Copy to “Files”").click()
    expect(entry(vault, "a (2).txt")).to_be_visible()
    vault.locator(".toast").get_by_role("button", name="Undo").click()
    expect(entries(vault)).to_have_count(1)


def test_deleting_for_good_asks_first(vault: Page) -> None:
    give(vault, "a.txt", "b.txt")
    check(vault, "a.txt", "b.txt")
    vault.locator("[data-action=delete-selection]").click()
    expect(vault.get_by_text("Your vault is empty")).to_be_visible()
    vault.goto("/files/trash/")
    check(vault, "a.txt")
    vault.locator("[data-action=purge-selection]").click()
    question = vault.get_by_role("alertdialog", name="Delete “a.txt” for good?")
    expect(question.get_by_role("button", name="Cancel")).to_be_focused()
    vault.keyboard.press("Enter")
    expect(entries(vault)).to_have_count(2)
    vault.locator("[data-action=purge-selection]").click()
    question.get_by_role("button", name="Delete for good").click()
    expect(entries(vault)).to_have_count(1)
    vault.get_by_role("button", name="Empty the trash").click()
    vault.get_by_role("alertdialog").get_by_role("button", name="Empty the trash").click()
    expect(vault.locator(".toast")).to_contain_text("Emptied the trash")
    expect(vault.get_by_role("button", name="Empty the trash")).to_have_count(0)


def test_one_file_s_page_renames_copies_its_digest_and_deletes_with_undo(vault: Page) -> None:
    vault.context.grant_permissions(["clipboard-read", "clipboard-write"])
    give(vault, "a.txt")
    open_entry(vault, "a.txt")
    vault.locator("[data-action=copy-digest]").click()
    expect(vault.locator(".toast")).to_contain_text("clipboard")
    assert re.fullmatch("[0-9a-f]{64}", vault.evaluate("navigator.clipboard.readText()"))
    vault.locator("#detail [data-action=rename]").click()
    vault.get_by_label("Name", exact=True).fill("b.txt")
    vault.keyboard.press("Enter")
    expect(vault.get_by_role("heading", name="b.txt")).to_be_visible()
    vault.locator(".toast").get_by_role("button", name="Undo").click()
    expect(vault.get_by_role("heading", name="a.txt")).to_be_visible()
    vault.locator("#detail [data-action=delete]").click()
    expect(vault.get_by_text("Your vault is empty")).to_be_visible()
    vault.locator(".toast").get_by_role("button", name="Undo").click()
    expect(entry(vault, "a.txt")).to_be_visible()


def test_who_was_signed_out_is_told(vault: Page, complaints: Complaints) -> None:
    complaints.allow("401")
    give(vault, "a.txt")
    vault.context.clear_cookies(name="sessionid")
    entry(vault, "a.txt").focus()
    vault.keyboard.press("Delete")
    toast = vault.locator(".toast", has_text="Sign in again")
    toast.get_by_role("button", name="Sign in").click()
    expect(vault).to_have_url(re.compile(r"/account/login/\?next=/files/"))


def test_no_connection_is_told_and_nothing_is_lost(vault: Page, complaints: Complaints) -> None:
    complaints.allow("ERR_")
    # What htmx itself asks meanwhile, such as the space that is left.
    complaints.allow("htmx:")
    give(vault, "a.txt")
    vault.context.set_offline(offline=True)
    entry(vault, "a.txt").focus()
    vault.keyboard.press("Delete")
    expect(vault.locator(".toast")).to_contain_text("cannot be reached")
    vault.context.set_offline(offline=False)
    expect(entry(vault, "a.txt")).to_be_visible()


def test_undo_never_takes_what_a_copy_replaced(taken: Page, complaints: Complaints) -> None:
    complaints.allow("409")
    menu(taken, "a.txt", "Copy")
    dialog = taken.get_by_role("dialog", name=re.compile("^Copy"))
    dialog.get_by_role("button", name="Target", exact=True).click()
    dialog.get_by_role("button", name="Copy to “Target”").click()
    question = taken.get_by_role("dialog", name="This name is taken")
    question.get_by_text("Replace", exact=True).click()
    question.get_by_role("button", name="Continue").click()
    toast = taken.locator(".toast", has_text="Copied 1 item")
    expect(toast).to_be_visible()
    expect(toast.get_by_role("button", name="Undo")).to_have_count(0)
    open_entry(taken, "Target")
    open_entry(taken, "a.txt")
    versions = taken.locator(".facts dt", has_text="Versions").locator("+ dd")
    expect(versions).to_have_text(re.compile("^2 versions"))


def test_dialogs_say_why_there_is_nothing_to_choose_from(
    vault: Page, complaints: Complaints
) -> None:
    """As for more entries than one form may hold: devops360/tests/test_too_much.py."""
    complaints.allow("413")
    words = "At most 20,000 entries can be chosen at once."
    for address in ("**/files/move/", "**/files/tag/"):
        vault.route(
            address,
            lambda route: route.fulfill(
                status=413, content_type="text/plain; charset=utf-8", body=words
            ),
        )
    give(vault, "a.txt")
    vault.locator("[data-action=uploads-close]").click()
    check(vault, "a.txt")
    vault.locator("[data-action=move-selection]").click()
    dialog = vault.get_by_role("dialog", name=re.compile("^Move"))
    expect(dialog.get_by_role("alert")).to_have_text(words)
    dialog.get_by_role("button", name="Cancel").click()
    vault.locator("[data-action=tag-selection]").click()
    expect(vault.locator("#dialog-tag")).to_contain_text(words)
