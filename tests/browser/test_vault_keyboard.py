"""The vault by keyboard, and what pointers select."""

import re
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.site import Person
from tests.browser.vault import arrived_at, check, entries, entry, give, make_folder, open_entry

type Modifier = Literal["Alt", "Control", "ControlOrMeta", "Meta", "Shift"]


def expect_selected(page: Page, *names: str) -> None:
    selected = page.locator("#rows > .entry:has(.entry__check:checked)")
    expect(selected).to_have_count(len(names))
    for name in names:
        expect(entry(page, name).locator(".entry__check")).to_be_checked()
    if names:
        expect(page.locator("[data-selection-count]")).to_have_text(str(len(names)))


def click(page: Page, name: str, *modifiers: Modifier) -> None:
    """Click an entry beside its name."""
    entry(page, name).locator(".entry__time").click(modifiers=modifiers)


@pytest.fixture
def five(vault: Page) -> Page:
    give(vault, *(f"{n}.txt" for n in range(5)))
    vault.locator("[data-action=uploads-close]").click()
    return vault


def test_clicks_select_as_on_a_desktop(five: Page) -> None:
    click(five, "1.txt")
    expect_selected(five, "1.txt")
    click(five, "3.txt")
    expect_selected(five, "3.txt")
    click(five, "1.txt", "ControlOrMeta")
    expect_selected(five, "1.txt", "3.txt")
    click(five, "2.txt", "Shift")
    expect_selected(five, "1.txt", "2.txt")
    click(five, "4.txt", "Shift")
    expect_selected(five, "1.txt", "2.txt", "3.txt", "4.txt")
    entry(five, "1.txt").locator("a").click(modifiers=["ControlOrMeta"])
    expect_selected(five, "2.txt", "3.txt", "4.txt")
    five.get_by_role("button", name="Clear the selection").click()
    expect_selected(five)
    expect(five.locator("#selection-bar")).to_be_hidden()


def test_boxes_select_ranges_too(five: Page) -> None:
    check(five, "0.txt")
    entry(five, "3.txt").locator(".entry__check").click(modifiers=["Shift"])
    expect_selected(five, "0.txt", "1.txt", "2.txt", "3.txt")
    entry(five, "2.txt").locator(".entry__check").click(modifiers=["Shift"])
    expect_selected(five, "0.txt", "1.txt", "2.txt")
    expect(five.locator("[data-selection-size]")).to_have_text("21 bytes")
    expect(five.locator("#selection-status")).to_have_text("3 selected, 21 bytes")


@pytest.mark.parametrize("view", ["list", "grid"])
def test_one_box_selects_all_and_shows_how_many_are(five: Page, view: str) -> None:
    five.goto(f"/files/?view={view}")
    box = five.get_by_role("checkbox", name="Select all", exact=True)
    box.check()
    expect_selected(five, *(f"{n}.txt" for n in range(5)))
    entry(five, "2.txt").locator(".entry__check").click()
    expect(box).to_have_js_property("indeterminate", True)
    box.click()
    expect(box).to_be_checked()
    box.uncheck()
    expect_selected(five)
    expect(box).to_have_js_property("indeterminate", False)
    entry(five, "0.txt").focus()
    five.keyboard.press("ControlOrMeta+a")
    expect(box).to_be_checked()


def test_a_double_click_opens(five: Page) -> None:
    entry(five, "2.txt").locator(".entry__time").dblclick()
    expect(five.get_by_role("heading", name="2.txt", level=1)).to_be_visible()


def test_a_click_beside_the_list_selects_nothing(five: Page) -> None:
    check(five, "0.txt", "1.txt")
    five.locator("#vault").click(position={"x": 300, "y": 500})
    expect_selected(five)


def test_a_finger_opens_and_then_selects_more(open_page: OpenPage, owner: Person) -> None:
    page = open_page(owner, has_touch=True, viewport={"width": 390, "height": 800})
    page.goto("/files/")
    give(page, "a.txt", "b.txt")
    entry(page, "a.txt").locator(".entry__check").tap()
    entry(page, "b.txt").locator(".entry__size").tap()
    expect_selected(page, "a.txt", "b.txt")
    page.get_by_role("button", name="Clear the selection").tap()
    entry(page, "b.txt").locator(".entry__size").tap()
    expect(page.get_by_role("heading", name="b.txt", level=1)).to_be_visible()


def test_keys_move_and_select(five: Page) -> None:
    entry(five, "0.txt").focus()
    five.keyboard.press("End")
    expect(entry(five, "4.txt")).to_be_focused()
    five.keyboard.press("ArrowDown")
    expect(entry(five, "4.txt")).to_be_focused()
    five.keyboard.press("Home")
    five.keyboard.press("ArrowDown")
    expect(entry(five, "1.txt")).to_be_focused()
    five.keyboard.press("Space")
    five.keyboard.press("ArrowDown")
    five.keyboard.press("ArrowDown")
    five.keyboard.press("Space")
    expect_selected(five, "1.txt", "3.txt")
    five.keyboard.press("Shift+ArrowDown")
    expect_selected(five, "3.txt", "4.txt")
    five.keyboard.press("ControlOrMeta+a")
    expect_selected(five, *(f"{n}.txt" for n in range(5)))
    five.keyboard.press("Escape")
    expect_selected(five)
    # One of them is in the order of Tab.
    expect(five.locator('#rows > .entry[tabindex="0"]')).to_have_count(1)


def test_all_are_selected_from_anywhere_but_a_field(five: Page) -> None:
    five.locator("#search-input").focus()
    five.keyboard.press("ControlOrMeta+a")
    expect_selected(five)
    five.locator("#main").focus()
    five.keyboard.press("ControlOrMeta+a")
    expect_selected(five, *(f"{n}.txt" for n in range(5)))


def test_keys_in_the_grid_go_by_rows(five: Page) -> None:
    five.set_viewport_size({"width": 1000, "height": 800})
    five.goto("/files/?view=grid")
    columns: int = five.evaluate(
        "getComputedStyle(document.querySelector('#rows')).gridTemplateColumns.split(' ').length"
    )
    assert 2 <= columns <= 4
    entry(five, "0.txt").focus()
    five.keyboard.press("ArrowRight")
    expect(entry(five, "1.txt")).to_be_focused()
    five.keyboard.press("ArrowLeft")
    five.keyboard.press("ArrowDown")
    expect(entry(five, f"{columns}.txt")).to_be_focused()
    five.keyboard.press("ArrowUp")
    expect(entry(five, "0.txt")).to_be_focused()
    five.keyboard.press("Shift+ArrowRight")
    expect_selected(five, "0.txt", "1.txt")


def test_letters_are_shortcuts_unless_turned_off(five: Page) -> None:
    dialog = five.get_by_role("dialog", name="Keyboard shortcuts")
    five.keyboard.press("n")
    expect(five.get_by_role("dialog", name="New folder")).to_be_visible()
    five.keyboard.press("?")
    expect(dialog).to_be_hidden()
    five.keyboard.press("Escape")
    five.keyboard.press("?")
    dialog.get_by_label("Single letters are shortcuts").uncheck()
    five.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    five.reload()
    for key in ("n", "/", "?"):
        five.keyboard.press(key)
    expect(five.locator("dialog[open]")).to_have_count(0)
    expect(five.locator("#search-input")).not_to_be_focused()
    five.get_by_role("button", name="Keyboard shortcuts").click()
    dialog.get_by_label("Single letters are shortcuts").check()
    five.keyboard.press("Escape")
    five.keyboard.press("/")
    expect(five.locator("#search-input")).to_be_focused()
    # Where browsers lend handles of files, their own picker comes instead, which no test can see.
    five.evaluate("delete window.showOpenFilePicker")
    with five.expect_file_chooser():
        five.locator("#main").focus()
        five.keyboard.press("u")


def test_the_menu_by_keys(five: Page) -> None:
    button = entry(five, "2.txt").locator("[data-action=menu]")
    button.focus()
    five.keyboard.press("Enter")
    items = five.locator("#entry-menu").get_by_role("menuitem")
    expect(items.nth(0)).to_be_focused()
    five.keyboard.press("ArrowDown")
    expect(items.nth(1)).to_be_focused()
    five.keyboard.press("End")
    expect(items.last).to_be_focused()
    five.keyboard.press("Escape")
    expect(button).to_be_focused()
    five.keyboard.press("Enter")
    five.keyboard.press("End")
    five.keyboard.press("Enter")
    expect(entries(five)).to_have_count(4)
    expect(entry(five, "3.txt")).to_be_focused()


def test_results_of_a_search_are_acted_on_where_they_are(vault: Page) -> None:
    make_folder(vault, "Deep")
    open_entry(vault, "Deep")
    give(vault, "needle.txt")
    vault.goto("/files/")
    vault.keyboard.press("/")
    vault.keyboard.type("needle")
    expect(vault).to_have_url(re.compile("q=needle"))
    expect(entries(vault)).to_have_count(1)
    entry(vault, "needle.txt").focus()
    vault.keyboard.press("F2")
    vault.keyboard.type("needle two")
    vault.keyboard.press("Enter")
    expect(entry(vault, "needle two.txt")).to_be_focused()
    # Here is no folder to make one in.
    vault.keyboard.press("n")
    expect(vault.locator("dialog[open]")).to_have_count(0)
    vault.keyboard.press("Delete")
    expect(vault.get_by_text("Nothing has such a name")).to_be_visible()
    vault.go_back()
    expect(entry(vault, "Deep")).to_be_visible()


def test_keys_on_one_file_s_page(five: Page) -> None:
    open_entry(five, "1.txt")
    five.keyboard.press("F2")
    expect(five.locator("#dialog-name-input")).to_be_focused()
    five.keyboard.press("ArrowRight")
    five.keyboard.press("Escape")
    expect(five.get_by_role("heading", name="1.txt", level=1)).to_be_visible()
    five.keyboard.press("Delete")
    expect(entries(five)).to_have_count(4)
    open_entry(five, "2.txt")
    five.keyboard.press("ArrowLeft")
    arrived_at(five, "0.txt")
    five.keyboard.press("Escape")
    expect(entries(five)).to_have_count(4)
