"""The site stands: signing in, the demo, both colour schemes."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.site import Person, Site


def test_the_demo_account_signs_in_and_finds_its_files(site: Site, visitor: Page) -> None:
    visitor.goto("/")
    visitor.locator("[name=login]").fill("demo@example.com")
    visitor.locator("[name=password]").fill(site.demo_password)
    visitor.locator("[name=password]").press("Enter")
    expect(visitor).to_have_url(re.compile(r"/files/"))
    expect(visitor.get_by_text("Welcome.md").first).to_be_visible()
    expect(visitor.get_by_text("Photos").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_first_pages_are_accessible(
    open_page: OpenPage, owner: Person, axe: Callable[[Page], None], scheme: str
) -> None:
    for person, path in ((None, "/account/login/"), (owner, "/files/")):
        page = open_page(person, color_scheme=scheme)
        page.goto(path)
        axe(page)
