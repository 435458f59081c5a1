"""German, on a phone: longer words, and no page in two languages."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.site import Site
from tests.browser.vault import give

PHONE = {"width": 390, "height": 844}
PAGES = (
    *("/files/", "/files/recent/", "/files/tags/", "/files/shared/", "/files/shares/"),
    *("/files/trash/", "/files/activity/", "/files/space/", "/files/search/"),
    *(
        "/account/",
        "/account/sessions/",
        "/account/factors/",
        "/account/tokens/",
        "/account/export/",
    ),
    *("/notifications/", "/notifications/preferences/", "/notifications/webhooks/"),
)


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url


@pytest.mark.parametrize(
    "path", ["/account/login/", "/account/signup/", "/account/password/reset/"]
)
def test_visitors_on_a_phone(open_page: OpenPage, axe: Callable[[Page], None], path: str) -> None:
    page = open_page(viewport=PHONE, locale="de-DE")
    page.goto(path)
    expect(page.locator("html")).to_have_attribute("lang", "de")
    axe(page)
    fits(page)
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url.endswith(path)


DRAG = """() => {
  const badges = [];
  const seen = new MutationObserver((all) => {
    for (const {addedNodes} of all) badges.push(...[...addedNodes].map((node) => node.textContent));
  });
  seen.observe(document.body, {childList: true});
  const event = new DragEvent("dragstart", {dataTransfer: new DataTransfer(), bubbles: true});
  document.querySelector("#rows > .entry").dispatchEvent(event);
  return new Promise((resolve) => setTimeout(() => resolve(badges)));
}"""


def test_what_is_dragged_is_counted_in_german(site: Site, open_page: OpenPage) -> None:
    page = open_page(site.make_person(display_name="Kim", language="de"))
    page.goto("/files/")
    give(page, "a.txt", "b.txt")
    page.get_by_role("checkbox", name="Alles auswählen").check()
    assert page.evaluate(DRAG) == ["2 Einträge"]


def test_a_vault_on_a_phone(site: Site, open_page: OpenPage, axe: Callable[[Page], None]) -> None:
    person: Any = site.make_person(display_name="Kim", language="de")
    page = open_page(person, viewport=PHONE)
    page.goto("/files/")
    give(page, "Plan.txt")
    # What scripts say, too: "1 hochgeladen" in the dock of uploads.
    expect(page.locator("[data-uploads-summary]")).to_have_text("1 hochgeladen")
    for path in PAGES:
        page.goto(path)
        expect(page.locator("html")).to_have_attribute("lang", "de")
        fits(page)
    axe(page)
