"""The vault in a browser: what people do with files, by pointer and by keyboard."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.site import Person
from tests.browser.vault import check, entry, give, make_folder, open_entry, payload


def test_uploads_by_button_show_their_progress(vault: Page) -> None:
    give(vault, "a.txt", "日本語 🎈.txt", "b" * 200 + ".txt")
    expect(vault.locator("[data-uploads-summary]")).to_have_text("3 uploaded")
    vault.locator("[data-action=uploads-close]").click()
    expect(vault.locator("#uploads")).to_be_hidden()


DROP = """async ([selector, name]) => {
  const data = new DataTransfer();
  data.items.add(new File(["dropped"], name, {type: "text/plain"}));
  const target = document.querySelector(selector);
  for (const type of ["dragover", "drop"]) {
    const options = {dataTransfer: data, bubbles: true, cancelable: true};
    target.dispatchEvent(new DragEvent(type, options));
  }
}"""


def test_files_dropped_on_the_page_and_on_a_folder(vault: Page) -> None:
    make_folder(vault, "Inbox")
    vault.evaluate(DROP, ["#vault", "dropped.txt"])
    expect(entry(vault, "dropped.txt")).to_be_visible()
    vault.evaluate(DROP, ['.entry[data-name="Inbox"]', "inside.txt"])
    expect(vault.locator("[data-uploads-summary]")).to_have_text("2 uploaded")
    entry(vault, "Inbox").locator("a").first.click()
    expect(entry(vault, "inside.txt")).to_be_visible()


def test_pasted_files(vault: Page) -> None:
    vault.evaluate("""() => {
      const data = new DataTransfer();
      data.items.add(new File(["pasted"], "pasted.txt"));
      document.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true}));
    }""")
    expect(entry(vault, "pasted.txt")).to_be_visible()


@pytest.mark.parametrize(
    ("choice", "names", "versions"),
    [("Keep both", 2, "1"), ("Replace", 1, "2"), ("Skip", 1, "1")],
)
def test_a_taken_name_is_asked_about(vault: Page, choice: str, names: int, versions: str) -> None:
    give(vault, "a.txt")
    vault.locator("#pick-files").set_input_files(payload("A.txt", b"other"))
    dialog = vault.get_by_role("dialog", name="This name is taken")
    expect(dialog).to_contain_text("A.txt")
    dialog.get_by_text(choice, exact=True).click()
    dialog.get_by_role("button", name="Continue").click()
    expect(vault.locator("#rows > .entry")).to_have_count(names)
    if choice == "Replace":
        expect(vault.locator("[data-uploads-summary]")).to_have_text("2 uploaded")
    entry(vault, "a.txt").locator("a").first.click()
    expect(vault.locator(".facts dt", has_text="Versions").locator("+ dd")).to_have_text(
        re.compile(rf"^{versions} version")
    )


def test_a_refused_upload_says_why_and_can_be_tried_again(vault: Page, complaints: Any) -> None:
    complaints.allow("507")
    complaints.allow("ERR_|Failed to load")
    answers = iter([507])

    def fail_once(route: Any) -> None:
        status = next(answers, 0)
        if status:
            route.fulfill(status=status, json={"error": "The vault's disk is full."})
        else:
            route.continue_()

    vault.route("**/upload/**", fail_once)
    vault.locator("#pick-files").set_input_files(payload("a.txt", b"x"))
    row = vault.locator(".upload")
    expect(row).to_contain_text("The vault's disk is full.")
    row.get_by_role("button", name="Try again").click()
    expect(entry(vault, "a.txt")).to_be_visible()


def test_an_upload_can_be_cancelled(vault: Page, complaints: Any) -> None:
    complaints.allow("ERR_|Failed to load")
    vault.route("**/upload/**", lambda route: None)  # never answered
    vault.locator("#pick-files").set_input_files(payload("a.txt", b"x"))
    vault.locator(".upload [data-action=upload-cancel]").click()
    expect(vault.locator(".upload")).to_contain_text("Cancelled")
    expect(vault.get_by_text("Your vault is empty")).to_be_visible()


def test_rename_by_the_menu_with_an_error_first_and_undo(vault: Page, complaints: Any) -> None:
    complaints.allow("409")
    give(vault, "a.txt", "b.txt")
    entry(vault, "a.txt").locator("[data-action=menu]").click()
    vault.get_by_role("menuitem", name="Rename").click()
    field = vault.get_by_label("Name", exact=True)
    field.fill("B.txt")
    field.press("Enter")
    expect(vault.get_by_role("alert").filter(has_text="already")).to_be_visible()
    field.fill("c.txt")
    field.press("Enter")
    expect(entry(vault, "c.txt")).to_be_visible()
    vault.get_by_role("button", name="Undo").click()
    expect(entry(vault, "a.txt")).to_be_visible()


def test_move_by_dialog_and_undo(vault: Page) -> None:
    make_folder(vault, "Target")
    give(vault, "a.txt", "b.txt")
    check(vault, "a.txt", "b.txt")
    vault.locator("[data-action=move-selection]").click()
    dialog = vault.get_by_role("dialog", name="Move 2 items")
    dialog.get_by_role("button", name="Target", exact=True).click()
    dialog.get_by_role("button", name="Move to “Target”").click()
    expect(entry(vault, "a.txt")).to_have_count(0)
    vault.get_by_role("button", name="Undo").click()
    expect(entry(vault, "b.txt")).to_be_visible()


def test_move_by_dragging(vault: Page) -> None:
    make_folder(vault, "Target")
    give(vault, "a.txt")
    entry(vault, "a.txt").drag_to(entry(vault, "Target"))
    expect(entry(vault, "a.txt")).to_have_count(0)
    entry(vault, "Target").locator("a").first.click()
    expect(entry(vault, "a.txt")).to_be_visible()


def test_copy(vault: Page) -> None:
    give(vault, "a.txt")
    entry(vault, "a.txt").locator("[data-action=menu]").click()
    vault.get_by_role("menuitem", name="Copy").click()
    vault.get_by_role("button", name="Copy to “Files”").click()
    expect(entry(vault, "a (2).txt")).to_be_visible()


def test_delete_undo_restore_and_empty(vault: Page) -> None:
    give(vault, "a.txt", "b.txt")
    check(vault, "a.txt")
    vault.locator("[data-action=delete-selection]").click()
    expect(entry(vault, "a.txt")).to_have_count(0)
    vault.get_by_role("button", name="Undo").click()
    expect(entry(vault, "a.txt")).to_be_visible()
    check(vault, "b.txt")
    vault.locator("[data-action=delete-selection]").click()
    expect(entry(vault, "b.txt")).to_have_count(0)
    vault.goto("/files/trash/")
    check(vault, "b.txt")
    vault.locator("[data-action=restore-selection]").click()
    expect(vault.get_by_text("The trash is empty")).to_be_visible()
    vault.goto("/files/")
    check(vault, "a.txt", "b.txt")
    vault.locator("[data-action=delete-selection]").click()
    expect(vault.get_by_text("Your vault is empty")).to_be_visible()
    vault.goto("/files/trash/")
    vault.get_by_role("button", name="Empty the trash").click()
    vault.locator("dialog[open]").get_by_role("button", name="Empty the trash").click()
    expect(vault.get_by_text("The trash is empty")).to_be_visible()


def test_a_selection_as_zip(vault: Page, tmp_path: Path) -> None:
    give(vault, "a.txt", "ü.txt", content=b"precious")
    check(vault, "a.txt", "ü.txt")
    with vault.expect_download() as download:
        vault.locator("[data-action=download-selection]").click()
    download.value.save_as(tmp_path / "x.zip")
    with zipfile.ZipFile(io.BytesIO((tmp_path / "x.zip").read_bytes())) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "a.txt": b"precious",
            "ü.txt": b"precious",
        }


def test_search_as_you_type(vault: Page) -> None:
    make_folder(vault, "Reports")
    give(vault, "summer report.txt", "winter.txt")
    vault.keyboard.press("/")
    vault.keyboard.type("REPORT", delay=20)
    expect(vault.locator("#rows > .entry")).to_have_count(2)
    expect(vault).to_have_url(re.compile(r"q=REPORT"))
    vault.locator("#search-input").fill("nothing like it")
    expect(vault.get_by_text("Nothing has such a name")).to_be_visible()


def test_everything_by_keyboard(vault: Page) -> None:
    give(vault, *(f"{number}.txt" for number in range(5)))
    entry(vault, "0.txt").focus()
    for key in ("ArrowDown", "Space", "Shift+ArrowDown", "Shift+ArrowDown"):
        vault.keyboard.press(key)
    expect(vault.locator("[data-selection-count]")).to_have_text("3")
    vault.keyboard.press("Delete")
    expect(vault.locator("#rows > .entry")).to_have_count(2)
    entry(vault, "0.txt").focus()
    vault.keyboard.press("F2")
    vault.keyboard.press("Control+A")
    vault.keyboard.type("renamed.txt")
    vault.keyboard.press("Enter")
    expect(entry(vault, "renamed.txt")).to_be_visible()
    entry(vault, "renamed.txt").focus()
    vault.keyboard.press("Enter")
    expect(vault.get_by_role("heading", name="renamed.txt")).to_be_visible()
    vault.wait_for_load_state()
    vault.keyboard.press("Escape")
    expect(entry(vault, "renamed.txt")).to_be_visible()


def test_next_and_previous_by_arrows(vault: Page) -> None:
    give(vault, "a.txt", "b.txt")
    open_entry(vault, "a.txt")
    for key, name in (("ArrowRight", "b.txt"), ("ArrowLeft", "a.txt")):
        vault.keyboard.press(key)
        expect(vault.get_by_role("heading", name=name, level=1)).to_be_visible()
        vault.wait_for_load_state()


def test_without_scripts(open_page: OpenPage, owner: Person) -> None:
    page = open_page(owner, java_script_enabled=False)
    page.goto("/files/")
    page.locator("#plain-files").set_input_files(payload("a.txt", b"plain"))
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_text("Uploaded 1 file")).to_be_visible()
    page.get_by_role("link", name="New folder").click()
    page.get_by_label("Name").fill("Target")
    page.get_by_role("button", name="Make the folder").click()
    page.get_by_label("Select a.txt").check()
    page.get_by_role("button", name="Move").click()
    page.get_by_role("button", name="Target", exact=True).click()
    page.get_by_role("button", name="Move to “Target”").click()
    page.get_by_label("Select a.txt").check()
    page.get_by_role("button", name="Delete").click()
    page.goto("/files/trash/")
    page.get_by_label("Select a.txt").check()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_text("Restored 1 item")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_every_page_is_accessible(
    open_page: OpenPage, owner: Person, axe: Callable[[Page], None], scheme: str, width: int
) -> None:
    page = open_page(owner, color_scheme=scheme, viewport={"width": width, "height": 900})
    page.goto("/files/")
    axe(page)
    make_folder(page, "Folder")
    give(page, "notes.md", "code.py", "table.csv", content=b"# a,b\n1,2\n")
    axe(page)
    check(page, "notes.md")
    axe(page)
    page.goto("/files/?view=grid")
    axe(page)
    addresses = [
        entry(page, name).get_attribute("data-url") for name in ("notes.md", "code.py", "table.csv")
    ]
    page.keyboard.press("?")
    axe(page)
    for address in (*addresses, "/files/trash/", "/files/search/?q=notes", "/files/search/"):
        page.goto(str(address))
        expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=20_000)
        axe(page)


def test_the_first_load_is_light_still_and_all_ours(open_page: OpenPage, owner: Person) -> None:
    page = open_page(owner)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[int] = []
    hosts: set[str] = set()
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.on("request", lambda request: hosts.add(re.sub(r"^(\w+://[^/]+).*", r"\1", request.url)))
    page.add_init_script("""
      window.shift = 0;
      new PerformanceObserver((list) => {
        const moved = list.getEntries().filter((entry) => !entry.hadRecentInput);
        for (const entry of moved) window.shift += entry.value;
      }).observe({type: "layout-shift", buffered: true});
    """)
    page.goto("/files/", wait_until="networkidle")
    assert sum(sizes) < 100_000
    assert len(hosts) == 1
    assert page.evaluate("window.shift") < 0.01
