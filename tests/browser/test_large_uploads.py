"""Files in parts: cut lines, dead servers, reloads, pauses, other tabs and other devices."""

import hashlib
import json
import os
import re
from base64 import urlsafe_b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.conftest import ON_S3, PART, Complaints, OpenPage
from tests.browser.site import Person, Site
from tests.browser.vault import arrived_at, entries, entry, give, open_entry, payload

# To us, or to the bucket.
PARTS = re.compile(r"/files/parts/|partNumber=")
SUMMARY = "[data-uploads-summary]"
LONG = 120_000  # milliseconds

type MakeFile = Callable[..., Path]


@pytest.fixture
def make_file(tmp_path: Path) -> MakeFile:
    """Make a file of so many bytes, like no other."""

    def make(name: str, size: int) -> Path:
        path = tmp_path / name
        with path.open("wb") as file:
            while size > 0:
                file.write(os.urandom(min(size, 1 << 20)))
                size -= 1 << 20
        return path

    return make


@pytest.fixture(autouse=True)
def _expected(complaints: Complaints) -> None:
    # What is cut, held or given up on purpose is logged by the browser.
    complaints.allow("ERR_|Failed to load resource|net::")


class Gate:
    """Lets the first parts through and holds the others until it is opened."""

    def __init__(self, page: Page, *, first: int) -> None:
        self.page, self.left = page, first
        self.held: list[Route] = []
        self.passed: list[str] = []
        page.route(PARTS, self._arrive)

    def _arrive(self, route: Route) -> None:
        if self.left > 0:
            self.left -= 1
            self.passed.append(route.request.url)
            route.continue_()
        else:
            self.held.append(route)

    def let_one(self) -> None:
        if self.held:
            self.passed.append(self.held[0].request.url)
            self.held.pop(0).continue_()

    def open(self) -> None:
        """Let everything pass from now on, what was held too."""
        self.left = 10_000
        for route in self.held:
            self.passed.append(route.request.url)
            route.continue_()
        self.held.clear()


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def downloaded(page: Page, name: str, place: Path) -> str:
    """Download the entry and return its digest."""
    with page.expect_download(timeout=LONG) as download:
        entry(page, name).locator("[data-action=menu]").click()
        page.get_by_role("menuitem", name="Download").click()
    download.value.save_as(place / "downloaded")
    return digest(place / "downloaded")


def ask(page: Page, address: str) -> Any:
    return page.evaluate(
        "async (address) => (await fetch(address, {headers: {Accept: 'application/json'}})).json()",
        address,
    )


def arrived(page: Page) -> list[int]:
    """Return which parts the server has of the one upload that is under way."""
    uploads = ask(page, "/files/uploads/")["uploads"]
    if not uploads:
        return []
    upload = ask(page, f"/files/uploads/{uploads[0]['id']}/")
    return [part["number"] for part in upload.get("arrived", [])]


def wait_until(page: Page, what: Callable[[], bool]) -> None:
    for _ in range(600):
        if what():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not come to that")


def row(page: Page, name: str) -> Any:
    return page.locator(".upload", has_text=name)


def reload(page: Page) -> None:
    """Load the page again, and say yes to its question whether to leave."""
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.wait_for_load_state()


def test_speed_and_the_time_that_is_left_are_told(vault: Page, make_file: MakeFile) -> None:
    gate = Gate(vault, first=1)
    vault.locator("#pick-files").set_input_files(make_file("film.bin", 20 * PART))
    one, all_of_them = row(vault, "film.bin"), vault.locator("[data-uploads-pace]")
    for _ in range(12):
        if "B/s" in one.inner_text() and "left" in all_of_them.inner_text():
            break
        gate.let_one()
        vault.wait_for_timeout(400)
    # A fast machine has less than ten seconds left: "a few seconds".
    assert re.search(r"\d+\s%\s·\s\d[\d.]*\s.?B/s\s·\s(\d+|a few)\s\w+", one.inner_text())
    assert re.search(r"\d[\d.]*\s.?B/s\s·\s(\d+|a few)\s.*left", all_of_them.inner_text())
    gate.open()
    expect(vault.locator(SUMMARY)).to_have_text("1 uploaded", timeout=LONG)


@pytest.mark.stores
def test_a_store_that_refuses_parts_is_asked_again(
    vault: Page, make_file: MakeFile, tmp_path: Path
) -> None:
    path = make_file("film.bin", 4 * PART + 7)
    refusals = [500, 403, 503]
    allowed = {"Access-Control-Allow-Origin": "*"}

    def refuse(route: Route) -> None:
        if refusals and route.request.method == "PUT":
            route.fulfill(status=refusals.pop(), headers=allowed, body="<Error/>")
        else:
            route.continue_()

    vault.route(PARTS, refuse)
    vault.locator("#pick-files").set_input_files(path)
    expect(vault.locator(SUMMARY)).to_have_text("1 uploaded", timeout=LONG)
    assert refusals == []
    assert downloaded(vault, "film.bin", tmp_path) == digest(path)


@pytest.mark.stores
def test_a_cut_line_and_a_server_that_dies(
    vault: Page, site: Site, make_file: MakeFile, tmp_path: Path
) -> None:
    path = make_file("film.bin", (100 if ON_S3 else 310) * 1024**2 + 7)
    vault.locator("#pick-files").set_input_files(path)
    wait_until(vault, lambda: len(arrived(vault)) > 5)
    vault.context.set_offline(True)
    expect(row(vault, "film.bin")).to_contain_text("trying again", timeout=LONG)
    expect(vault.locator("[data-uploads-pace]")).to_contain_text("No connection")
    vault.context.set_offline(False)
    before = len(arrived(vault))
    wait_until(vault, lambda: len(arrived(vault)) > before + 3)
    site.kill()
    expect(row(vault, "film.bin")).to_contain_text("trying again", timeout=LONG)
    site.start_again()
    expect(vault.locator(SUMMARY)).to_have_text("1 uploaded", timeout=LONG)
    expect(entry(vault, "film.bin")).to_be_visible()
    assert downloaded(vault, "film.bin", tmp_path) == digest(path)
    assert ask(vault, "/files/uploads/") == {"uploads": []}


@pytest.mark.stores
def test_after_a_reload_the_file_is_chosen_again(
    vault: Page, make_file: MakeFile, tmp_path: Path
) -> None:
    path = make_file("film.bin", 6 * PART + 1)
    gate = Gate(vault, first=3)
    vault.locator("#pick-files").set_input_files(path)
    wait_until(vault, lambda: len(arrived(vault)) == 3)
    there = arrived(vault)
    reload(vault)
    expect(vault.locator(SUMMARY)).to_have_text("1 upload was interrupted")
    expect(row(vault, "film.bin")).to_contain_text("Stopped at 49")
    gate.left, gate.held, gate.passed = 10_000, [], []
    vault.locator("#pick-again").set_input_files(path)
    expect(vault.locator(SUMMARY)).to_have_text("1 uploaded", timeout=LONG)
    # What was there has not been sent again.
    assert len(gate.passed) == 7 - len(there)
    expect(entry(vault, "film.bin")).to_be_visible()
    assert downloaded(vault, "film.bin", tmp_path) == digest(path)


def test_a_file_that_has_changed_is_not_the_rest_of_it(vault: Page, make_file: MakeFile) -> None:
    path = make_file("film.bin", 3 * PART)
    Gate(vault, first=1)
    vault.locator("#pick-files").set_input_files(path)
    wait_until(vault, lambda: len(arrived(vault)) == 1)
    reload(vault)
    expect(vault.locator(SUMMARY)).to_have_text("1 upload was interrupted")
    os.utime(path, (1_000_000_000, 1_000_000_000))
    vault.locator("#pick-again").set_input_files(path)
    expect(vault.locator(".toast")).to_contain_text("changed since")
    expect(row(vault, "film.bin")).to_contain_text("Stopped")


def test_the_upload_button_goes_on_with_it_too(vault: Page, make_file: MakeFile) -> None:
    path = make_file("film.bin", 4 * PART)
    gate = Gate(vault, first=2)
    vault.locator("#pick-files").set_input_files(path)
    wait_until(vault, lambda: len(arrived(vault)) == 2)
    reload(vault)
    gate.left, gate.held, gate.passed = 10_000, [], []
    vault.locator("#pick-files").set_input_files(path)
    expect(vault.locator(SUMMARY)).to_have_text("1 uploaded", timeout=LONG)
    assert len(gate.passed) == 2
    expect(entries(vault)).to_have_count(1)


LEND_HANDLE = """async (size) => {
  const root = await navigator.storage.getDirectory();
  const handle = await root.getFileHandle("lent.bin", {create: true});
  const writable = await handle.createWritable();
  await writable.write(new Uint8Array(size).fill(7));
  await writable.close();
  window.showOpenFilePicker = async () => [handle];
}"""


def number_of(address: str) -> int:
    """Return which part a signed address is for: ours holds upload, number and digest."""
    if found := re.search(r"partNumber=(\d+)", address):
        return int(found[1])
    token = address.partition("/parts/")[2].partition(":")[0]
    return int(json.loads(urlsafe_b64decode(token + "=" * (-len(token) % 4)))[1])


def test_with_a_handle_it_goes_on_by_itself(vault: Page) -> None:
    vault.evaluate(LEND_HANDLE, 4 * PART)
    gate = Gate(vault, first=2)
    vault.get_by_role("button", name="Upload files").click()
    wait_until(vault, lambda: len(arrived(vault)) == 2)
    gate.left, gate.held, gate.passed = 10_000, [], []
    reload(vault)
    expect(vault.locator(SUMMARY)).to_have_text("1 uploaded", timeout=LONG)
    # One may be sent twice, where the page that went away had begun with it.
    assert len({number_of(address) for address in gate.passed}) == 2
    expect(entry(vault, "lent.bin")).to_be_visible()


@pytest.mark.stores
def test_pausing_one_and_all(vault: Page, make_file: MakeFile, axe: Callable[[Page], None]) -> None:
    gate = Gate(vault, first=1)
    paths = [make_file(name, 3 * PART) for name in ("one.bin", "two.bin")]
    vault.locator("#pick-files").set_input_files(paths)
    one, two = row(vault, "one.bin"), row(vault, "two.bin")
    expect(two.get_by_role("button", name="Pause")).to_be_visible()
    one.get_by_role("button", name="Pause").click()
    expect(one).to_contain_text("Paused at")
    expect(one.get_by_role("button", name="Go on")).to_be_focused()
    expect(vault.locator(SUMMARY)).to_have_text("Uploading 2 files")
    vault.get_by_role("button", name="Pause all").click()
    expect(vault.locator(SUMMARY)).to_have_text("2 files paused")
    axe(vault)
    gate.open()
    vault.wait_for_timeout(500)
    expect(vault.locator(SUMMARY)).to_have_text("2 files paused")
    vault.get_by_role("button", name="Go on with all").click()
    expect(vault.locator(SUMMARY)).to_have_text("2 uploaded", timeout=LONG)
    expect(entries(vault)).to_have_count(2)


@pytest.mark.stores
def test_the_same_file_from_two_tabs(
    vault: Page, make_file: MakeFile, complaints: Complaints
) -> None:
    complaints.allow("409")
    path = make_file("film.bin", 3 * PART)
    gate = Gate(vault, first=1)
    vault.locator("#pick-files").set_input_files(path)
    wait_until(vault, lambda: len(arrived(vault)) == 1)
    other = vault.context.new_page()
    other.goto(vault.url)
    other.wait_for_load_state("networkidle")
    # What this tab's neighbour is sending has not been interrupted.
    expect(other.locator("#uploads")).to_be_hidden()
    other.locator("#pick-files").set_input_files(path)
    expect(other.locator(SUMMARY)).to_have_text("1 uploaded", timeout=LONG)
    sent = len(gate.passed)
    gate.open()
    dialog = vault.get_by_role("dialog", name="This name is taken")
    dialog.get_by_text("Keep both", exact=True).click(timeout=LONG)
    gate.passed.clear()
    dialog.get_by_role("button", name="Continue").click()
    expect(vault.locator(SUMMARY)).to_have_text("1 uploaded", timeout=LONG)
    assert sent == 1
    # The question was about the name: no byte went twice.
    assert gate.passed == []
    expect(entry(vault, "film.bin")).to_be_visible()
    expect(entry(vault, "film (2).bin")).to_be_visible()


def test_another_device_sees_it_and_gives_it_up(
    vault: Page, owner: Person, open_page: OpenPage, make_file: MakeFile
) -> None:
    gate = Gate(vault, first=1)
    vault.locator("#pick-files").set_input_files(make_file("film.bin", 3 * PART))
    wait_until(vault, lambda: len(arrived(vault)) == 1)
    phone = open_page(owner, viewport={"width": 390, "height": 844})
    phone.goto(vault.url)
    expect(phone.locator(SUMMARY)).to_have_text("1 upload was interrupted")
    row(phone, "film.bin").get_by_role("button", name="Cancel").click()
    phone.get_by_role("button", name="Give it up").click()
    expect(phone.locator(SUMMARY)).to_have_text("0 uploaded, 1 cancelled")
    wait_until(phone, lambda: ask(phone, "/files/uploads/")["uploads"] == [])
    gate.open()
    expect(row(vault, "film.bin")).to_contain_text("not there any more", timeout=LONG)
    expect(entries(vault)).to_have_count(0)


@pytest.mark.stores
def test_cancelling_gives_the_space_back(vault: Page, make_file: MakeFile) -> None:
    Gate(vault, first=1)
    vault.locator("#pick-files").set_input_files(make_file("film.bin", 3 * PART))
    wait_until(vault, lambda: len(arrived(vault)) == 1)
    assert ask(vault, "/files/space/")["reserved"] == 3 * PART
    vault.get_by_role("button", name="Cancel all").click()
    expect(vault.locator(SUMMARY)).to_have_text("0 uploaded, 1 cancelled")
    wait_until(vault, lambda: ask(vault, "/files/space/")["reserved"] == 0)
    expect(vault.locator("#space-meter")).to_contain_text("0\u00a0bytes of")


def test_what_does_not_fit_is_refused_before_it_is_sent(
    site: Site, open_page: OpenPage, make_file: MakeFile
) -> None:
    page = open_page(site.make_person(quota=2 * PART))
    page.goto("/files/")
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.method == "PUT":
            sent.append(request.url)

    page.on("request", note)
    page.locator("#pick-files").set_input_files(make_file("film.bin", 2 * PART + 1))
    expect(page.locator(".toast")).to_contain_text("10.5\u00a0MB of your 10.5\u00a0MB are free")
    assert sent == []
    paths = [make_file(name, PART - 1) for name in ("one.bin", "two.bin", "three.bin")]
    page.locator("#pick-files").set_input_files(paths)
    question = page.get_by_role("alertdialog", name="Not all of it fits")
    expect(question).to_contain_text("2 files fit")
    question.get_by_role("button", name="Upload what fits").click()
    expect(page.locator(SUMMARY)).to_have_text("2 uploaded, 1 failed", timeout=LONG)
    expect(page.locator(".upload.is-failed")).to_contain_text("no room")
    assert len(sent) == 2


def test_content_that_is_there_already_is_not_sent(vault: Page, make_file: MakeFile) -> None:
    path = make_file("film.bin", 3 * PART)
    gate = Gate(vault, first=10)
    vault.locator("#pick-files").set_input_files(path)
    expect(vault.locator(SUMMARY)).to_have_text("1 uploaded", timeout=LONG)
    assert len(gate.passed) == 3
    copy = path.rename(path.with_name("copy.bin"))
    vault.locator("#pick-files").set_input_files(copy)
    expect(vault.locator(SUMMARY)).to_have_text("2 uploaded", timeout=LONG)
    assert len(gate.passed) == 3
    expect(entry(vault, "copy.bin")).to_be_visible()


DROP_EMPTY = """async () => {
  const file = (name) => ({
    name, isFile: true, isDirectory: false, file: (take) => take(new File([name], name)),
  });
  const folder = (name, children) => {
    const batches = children.length ? [children] : [];
    return {
      name, isFile: false, isDirectory: true,
      createReader: () => ({ readEntries: (take) => take(batches.shift() ?? []) }),
    };
  };
  const tree = folder("Tree", [folder("Empty", []), folder("Deep", [folder("Below", [])]),
    file("a.txt")]);
  const data = new DataTransfer();
  data.items.add(new File(["placeholder"], "placeholder"));
  DataTransferItem.prototype.webkitGetAsEntry = () => tree;
  const vault = document.querySelector("#vault");
  for (const type of ["dragover", "drop"]) {
    const options = {dataTransfer: data, bubbles: true, cancelable: true};
    vault.dispatchEvent(new DragEvent(type, options));
  }
}"""


def test_empty_folders_come_along(vault: Page) -> None:
    vault.evaluate(DROP_EMPTY)
    expect(vault.locator(SUMMARY)).to_have_text("1 uploaded")
    open_entry(vault, "Tree")
    expect(entries(vault)).to_have_count(3)
    expect(entry(vault, "Empty")).to_be_visible()
    open_entry(vault, "Deep")
    expect(entry(vault, "Below")).to_be_visible()
    arrived_at(vault, "Deep")


def test_what_was_interrupted_is_accessible_and_can_be_put_away(
    vault: Page, make_file: MakeFile, axe: Callable[[Page], None]
) -> None:
    Gate(vault, first=1)
    vault.locator("#pick-files").set_input_files(make_file("film.bin", 3 * PART))
    wait_until(vault, lambda: len(arrived(vault)) == 1)
    reload(vault)
    expect(vault.locator(SUMMARY)).to_have_text("1 upload was interrupted")
    axe(vault)
    vault.locator("#uploads").get_by_role("button", name="Close").click()
    expect(vault.locator("#uploads")).to_be_hidden()
    vault.reload()
    vault.wait_for_load_state("networkidle")
    expect(vault.locator("#uploads")).to_be_hidden()
    # It is there still, for whoever looks for it.
    vault.goto("/files/space/")
    expect(vault.get_by_text("film.bin")).to_be_visible()


@pytest.mark.stores
def test_small_and_large_ones_together(vault: Page, make_file: MakeFile) -> None:
    paths = [make_file("film.bin", 3 * PART), *(make_file(f"{n}.txt", 1000) for n in range(20))]
    vault.locator("#pick-files").set_input_files(paths)
    expect(vault.locator(SUMMARY)).to_have_text("21 uploaded", timeout=LONG)
    expect(entries(vault)).to_have_count(21)
    give(vault, "after.txt")
    vault.locator("#pick-files").set_input_files([payload("last.txt")])
    expect(entry(vault, "last.txt")).to_be_visible()
