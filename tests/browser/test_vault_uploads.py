"""Uploads in a browser: many files, folders, taken names, failures on the way."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Complaints
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

SUMMARY = "[data-uploads-summary]"


@pytest.fixture
def holiday(tmp_path: Path) -> Path:
    folder = tmp_path / "Holiday"
    (folder / "Day 1").mkdir(parents=True)
    (folder / "Day 1" / "beach.txt").write_text("sand")
    (folder / "list.txt").write_text("towel")
    return folder


def test_a_folder_keeps_its_tree(vault: Page, holiday: Path) -> None:
    vault.locator("#pick-folder").set_input_files(holiday)
    expect(vault.locator(SUMMARY)).to_have_text("2 uploaded")
    open_entry(vault, "Holiday")
    expect(entry(vault, "list.txt")).to_be_visible()
    open_entry(vault, "Day 1")
    expect(entry(vault, "beach.txt")).to_be_visible()


DROP_TREE = """async () => {
  // As a browser gives a dropped folder: its reader brings a few entries at a time.
  const file = (name) => ({
    name, isFile: true, isDirectory: false, file: (take) => take(new File([name], name)),
  });
  const folder = (name, batches) => ({
    name, isFile: false, isDirectory: true,
    createReader: () => ({ readEntries: (take) => take(batches.shift() ?? []) }),
  });
  const many = (from, to) => Array.from({length: to - from}, (_, i) => file(`${from + i}.txt`));
  const tree = folder("Tree", [many(0, 5), [...many(5, 7), folder("Sub", [[file("deep.txt")]])]]);
  const data = new DataTransfer();
  data.items.add(new File(["placeholder"], "placeholder"));
  DataTransferItem.prototype.webkitGetAsEntry = () => tree;
  const vault = document.querySelector("#vault");
  for (const type of ["dragover", "drop"]) {
    const options = {dataTransfer: data, bubbles: true, cancelable: true};
    vault.dispatchEvent(new DragEvent(type, options));
  }
}"""


def test_a_dropped_folder_is_read_to_its_end(vault: Page) -> None:
    vault.evaluate(DROP_TREE)
    expect(vault.locator(SUMMARY)).to_have_text("8 uploaded")
    open_entry(vault, "Tree")
    expect(entries(vault)).to_have_count(8)
    open_entry(vault, "Sub")
    expect(entry(vault, "deep.txt")).to_be_visible()


def test_one_answer_for_all_taken_names(vault: Page) -> None:
    names = ["a.txt", "b.txt", "c.txt"]
    give(vault, *names)
    files = [payload(name, b"new") for name in [*names, "d.txt"]]
    vault.locator("#pick-files").set_input_files(files)
    dialog = vault.get_by_role("dialog", name="This name is taken")
    dialog.get_by_text("Keep both", exact=True).click()
    dialog.get_by_label("Do the same for all others").check()
    dialog.get_by_role("button", name="Continue").click()
    expect(entry(vault, "c (2).txt")).to_be_visible()
    expect(entries(vault)).to_have_count(7)


def test_an_answer_each(vault: Page) -> None:
    give(vault, "a.txt", "b.txt")
    vault.locator("#pick-files").set_input_files([payload("a.txt"), payload("b.txt")])
    dialog = vault.get_by_role("dialog", name="This name is taken")
    for name, choice in (("a.txt", "Skip"), ("b.txt", "Keep both")):
        expect(dialog).to_contain_text(name)
        dialog.get_by_text(choice, exact=True).click()
        dialog.get_by_role("button", name="Continue").click()
    expect(entry(vault, "b (2).txt")).to_be_visible()
    expect(entries(vault)).to_have_count(3)


def test_giving_up_on_a_taken_name_uploads_nothing(vault: Page) -> None:
    give(vault, "a.txt")
    vault.locator("#pick-files").set_input_files([payload("a.txt"), payload("b.txt")])
    dialog = vault.get_by_role("dialog", name="This name is taken")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    vault.reload()
    expect(entries(vault)).to_have_count(1)


def test_names_taken_meanwhile_are_asked_about_once_each(
    vault: Page, complaints: Complaints
) -> None:
    complaints.allow("409")
    give(vault, "a.txt", "b.txt")
    # As if they had come between the question and the bytes.
    vault.route("**/conflicts/", lambda route: route.fulfill(json={"conflicts": []}))
    vault.locator("#pick-files").set_input_files([payload("a.txt"), payload("b.txt")])
    dialog = vault.get_by_role("dialog", name="This name is taken")
    dialog.get_by_label("Do the same for all others").check()
    dialog.get_by_role("button", name="Continue").click()
    expect(entry(vault, "a (2).txt")).to_be_visible()
    expect(entry(vault, "b (2).txt")).to_be_visible()


def test_a_broken_connection_is_tried_again(vault: Page, complaints: Complaints) -> None:
    complaints.allow("ERR_|Failed to load")
    failures: Iterator[int] = iter(range(2))

    def fail_twice(route: Route) -> None:
        if next(failures, None) is None:
            route.continue_()
        else:
            route.abort("connectionreset")

    vault.route("**/upload/**", fail_twice)
    vault.locator("#pick-files").set_input_files([payload("a.txt")])
    expect(vault.locator(".upload")).to_contain_text("trying again")
    expect(entry(vault, "a.txt")).to_be_visible()
    expect(vault.locator(SUMMARY)).to_have_text("1 uploaded")


@pytest.mark.stores
def test_a_lost_answer_makes_no_second_file(vault: Page, complaints: Complaints) -> None:
    complaints.allow("ERR_|Failed to load")
    seen = lose_the_first_answer(vault, "**/upload/?**")
    vault.locator("#pick-files").set_input_files([payload("a.txt")])
    expect(vault.locator(".upload")).to_contain_text("trying again")
    expect(vault.locator(SUMMARY)).to_have_text("1 uploaded")
    assert len(seen) == 2
    vault.reload()
    expect(entries(vault)).to_have_count(1)
    open_entry(vault, "a.txt")
    expect(vault.locator("#detail .facts")).to_contain_text("1 version")


def test_one_bad_name_does_not_hold_up_the_others(vault: Page, complaints: Complaints) -> None:
    complaints.allow("400")
    vault.locator("#pick-files").set_input_files([payload("good.txt"), payload("x" * 300)])
    expect(entry(vault, "good.txt")).to_be_visible()
    expect(vault.locator(".upload.is-failed")).to_contain_text(re.compile("name", re.IGNORECASE))
    expect(vault.locator(SUMMARY)).to_have_text("1 uploaded, 1 failed")


def test_cancelling_all(vault: Page, complaints: Complaints) -> None:
    complaints.allow("ERR_|Failed to load")
    vault.route("**/upload/**", lambda route: None)  # never answered
    vault.locator("#pick-files").set_input_files([payload(f"{n}.txt") for n in range(5)])
    expect(vault.locator(SUMMARY)).to_have_text("Uploading 5 files")
    vault.get_by_role("button", name="Cancel all").click()
    expect(vault.locator(SUMMARY)).to_have_text("0 uploaded, 5 cancelled")


def test_three_travel_at_a_time(vault: Page, complaints: Complaints) -> None:
    complaints.allow("ERR_|Failed to load")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    vault.route("**/upload/**", hold)
    vault.locator("#pick-files").set_input_files([payload(f"{n}.txt") for n in range(7)])
    vault.wait_for_timeout(500)
    assert len(held) == 3
    held[0].continue_()
    expect(vault.locator(".upload", has_text="Done")).to_have_count(1)
    vault.wait_for_timeout(200)
    assert len(held) == 4
    vault.get_by_role("button", name="Cancel all").click()


@pytest.mark.stores
def test_leaving_in_the_middle_warns(vault: Page, complaints: Complaints) -> None:
    complaints.allow("ERR_|Failed to load")
    give(vault, "there.txt")
    vault.route("**/upload/**", lambda route: None)
    stay = Stay(vault)
    vault.locator("#pick-files").set_input_files([payload("a.txt")])
    expect(vault.locator(".upload", has_text="a.txt")).to_be_visible()
    # A download leaves the page where it is: no warning.
    with vault.expect_download():
        entry(vault, "there.txt").locator("[data-action=menu]").click()
        vault.get_by_role("menuitem", name="Download").click()
    assert stay.asked == []
    vault.get_by_role("link", name="Trash").click(no_wait_after=True)
    vault.wait_for_timeout(500)
    assert stay.asked == ["beforeunload"]
    assert vault.url.endswith("/files/")


def test_the_list_stays_as_it_was_while_files_arrive(vault: Page) -> None:
    """Selection, focus, scroll and the pages that were loaded outlast the reading again."""
    vault.locator("#pick-files").set_input_files([payload(f"{n:03}.txt") for n in range(130)])
    expect(vault.locator(SUMMARY)).to_have_text("130 uploaded", timeout=30_000)
    vault.reload()
    entries(vault).nth(99).scroll_into_view_if_needed()
    expect(entries(vault)).to_have_count(130)
    check(vault, "110.txt", "120.txt")
    entry(vault, "115.txt").focus()
    before = vault.evaluate("scrollY")
    give(vault, "999.txt")
    expect(entries(vault)).to_have_count(131)
    assert vault.evaluate("scrollY") == pytest.approx(before, abs=2)
    expect(entry(vault, "115.txt")).to_be_focused()
    expect(vault.locator("[data-selection-count]")).to_have_text("2")
    expect(entry(vault, "110.txt").locator(".entry__check")).to_be_checked()


def test_files_go_into_the_folder_they_are_dropped_on_by_its_crumb(vault: Page) -> None:
    make_folder(vault, "Below")
    open_entry(vault, "Below")
    vault.evaluate("""() => {
      const data = new DataTransfer();
      data.items.add(new File(["x"], "above.txt"));
      const crumb = document.querySelector("[data-drop-folder]");
      for (const type of ["dragover", "drop"]) {
        const options = {dataTransfer: data, bubbles: true, cancelable: true};
        crumb.dispatchEvent(new DragEvent(type, options));
      }
    }""")
    expect(vault.locator(SUMMARY)).to_have_text("1 uploaded")
    vault.goto("/files/")
    expect(entry(vault, "above.txt")).to_be_visible()
