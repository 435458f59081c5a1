"""The vault's pages are accessible, light, and stay where they are while they load."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from devops360.demo.photo import draw_photo
from tests.browser.conftest import Complaints, OpenPage
from tests.browser.site import Person, Site
from tests.browser.vault import check, entries, entry, give, make_folder, open_entry, payload

type Check = Callable[[Page], None]

FIRST_LOAD = 100_000  # bytes, thumbnails aside

WATCH_SHIFTS = """
  window.shift = 0;
  new PerformanceObserver((list) => {
    const moved = list.getEntries().filter((entry) => !entry.hadRecentInput);
    for (const entry of moved) window.shift += entry.value;
  }).observe({type: "layout-shift", buffered: true});
"""


@pytest.fixture(params=["light", "dark"])
def themed(open_page: OpenPage, owner: Person, request: pytest.FixtureRequest) -> Page:
    page = open_page(owner, color_scheme=request.param)
    page.goto("/files/")
    return page


def test_dialogs_and_the_menu_are_accessible(
    themed: Page, axe: Check, complaints: Complaints
) -> None:
    complaints.allow("409")
    make_folder(themed, "Folder")
    give(themed, "a.txt")
    entry(themed, "a.txt").locator("[data-action=menu]").click()
    axe(themed)
    themed.get_by_role("menuitem", name="Rename").click()
    themed.locator("#dialog-name-input").fill("Folder")
    themed.keyboard.press("Enter")
    expect(themed.locator("#dialog-name [data-error]")).not_to_be_empty()
    axe(themed)
    themed.keyboard.press("Escape")
    check(themed, "a.txt")
    themed.locator("[data-action=move-selection]").click()
    expect(themed.locator("#picker [data-place]")).to_be_visible()
    axe(themed)
    themed.keyboard.press("Escape")
    themed.get_by_role("button", name="Keyboard shortcuts").click()
    axe(themed)
    themed.keyboard.press("Escape")
    themed.locator("#pick-files").set_input_files([payload("a.txt")])
    expect(themed.get_by_role("dialog", name="This name is taken")).to_be_visible()
    axe(themed)


def test_the_dock_and_messages_are_accessible(
    themed: Page, axe: Check, complaints: Complaints
) -> None:
    complaints.allow("507")
    give(themed, "done.txt")
    full = {"error": "The vault's disk is full."}
    themed.route("**/upload/**", lambda route: route.fulfill(status=507, json=full))
    themed.locator("#pick-files").set_input_files([payload("failed.txt")])
    expect(themed.locator(".upload.is-failed")).to_be_visible()
    axe(themed)
    entry(themed, "done.txt").focus()
    themed.keyboard.press("Delete")
    expect(themed.locator(".toast")).to_be_visible()
    axe(themed)
    themed.goto("/files/trash/")
    check(themed, "done.txt")
    axe(themed)
    themed.locator("[data-action=purge-selection]").click()
    axe(themed)


def test_the_grid_with_a_selection_is_accessible(themed: Page, axe: Check) -> None:
    make_folder(themed, "Folder")
    give(themed, "a.txt")
    themed.goto("/files/?view=grid")
    check(themed, "a.txt")
    axe(themed)


def test_pages_without_scripts_are_accessible(
    open_page: OpenPage, owner: Person, axe: Check
) -> None:
    """Found with scripts, which axe needs, on the pages that only plain browsers see."""
    page = open_page(owner)
    page.goto("/files/")
    give(page, "a.txt")
    pk = entry(page, "a.txt").get_attribute("data-id")
    new = page.locator("[data-action=new-folder]").get_attribute("href")
    for address in (f"/files/{pk}/rename/", f"/files/move/?id={pk}", str(new)):
        page.goto(address)
        axe(page)


def transferred(page: Page, address: str) -> dict[str, int]:
    """Go there with an empty cache. Returns the bytes on the wire for each URL."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    urls: dict[str, str] = {}
    sizes: dict[str, int] = {}

    def begin(event: dict[str, Any]) -> None:
        urls[event["requestId"]] = event["request"]["url"]

    def end(event: dict[str, Any]) -> None:
        sizes[urls[event["requestId"]]] = event["encodedDataLength"]

    session.on("Network.requestWillBeSent", begin)
    session.on("Network.loadingFinished", end)
    page.goto(address, wait_until="networkidle")
    return sizes


@pytest.mark.parametrize("view", ["list", "grid"])
def test_a_full_folder_loads_light_and_still(
    open_page: OpenPage, owner: Person, site: Site, view: str
) -> None:
    page = open_page(owner)
    page.add_init_script(WATCH_SHIFTS)
    page.goto("/files/")
    names = [payload(f"{n:03}.txt") for n in range(100)]
    photo: Any = {"name": "0.jpg", "mimeType": "image/jpeg", "buffer": draw_photo()}
    page.locator("#pick-files").set_input_files([photo, *names])
    summary = page.locator("[data-uploads-summary]")
    expect(summary).to_have_text("101 uploaded", timeout=30_000)
    sizes = transferred(page, f"/files/?view={view}")
    counted = {url: size for url, size in sizes.items() if "/thumbnail/" not in url}
    assert sum(counted.values()) < FIRST_LOAD, counted
    assert all(url.startswith(site.url) for url in sizes), sizes
    assert page.evaluate("window.shift") < 0.01
    # Selecting, and reading the next pages, moves nothing either.
    check(page, "000.txt")
    expect(entries(page)).to_have_count(100)
    assert page.evaluate("window.shift") < 0.01


def test_one_file_loads_light_and_still(open_page: OpenPage, owner: Person, site: Site) -> None:
    page = open_page(owner)
    page.add_init_script(WATCH_SHIFTS)
    page.goto("/files/")
    give(page, "a.txt")
    open_entry(page, "a.txt")
    expect(page.locator("#preview")).not_to_have_attribute("aria-busy", "true")
    sizes = transferred(page, page.url)
    assert sum(sizes.values()) < FIRST_LOAD, sizes
    assert all(url.startswith(site.url) for url in sizes), sizes
    assert page.evaluate("window.shift") < 0.01


def test_every_module_is_fetched_at_once(vault: Page) -> None:
    """What main.js leads to is all named in the page: no module waits for another."""
    scripts = set(
        vault.evaluate("""() => performance.getEntriesByType("resource")
        .map(({name}) => name).filter((name) => /\\/js\\/(ui|vault)\\//.test(name))""")
    )
    named = set(
        vault.evaluate("""() => [...document.querySelectorAll(
        "link[rel=modulepreload], script[type=module]")].map(({href, src}) => href || src)""")
    )
    assert scripts <= named
    assert any(re.search(r"/vault/upload-sources\.", name) for name in scripts)
