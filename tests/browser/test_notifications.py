"""The bell and the inbox, with and without scripts; the table of what one is told."""

import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from notifications.looks import looks
from tests.browser.conftest import Complaints, OpenPage
from tests.browser.site import ROOT, Person, Site

ADD_MAIL = """html => {
    const mail = new DOMParser().parseFromString(html, "text/html");
    document.body.append(...mail.body.children);
}"""
PHONE = {"width": 360, "height": 740}
TELL = """
from django.contrib.auth import get_user_model
from notifications.events import notify
from notifications.kinds import KINDS
person = get_user_model().objects.get(username="{username}")
for kind in ({kinds}):
    notify(kind=kind, to=person, context=dict(KINDS[kind].sample), url="/files/")
"""
SOME = "'quota_80', 'request_filled', 'file_shared'"


def tell(site: Site, person: Person, kinds: str = SOME) -> None:
    code = TELL.format(username=person.username, kinds=kinds + ",")
    subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
        cwd=ROOT,
        env=site.environment,
        check=True,
        capture_output=True,
    )


@pytest.fixture
def told(site: Site, owner: Person, page: Page) -> Page:
    tell(site, owner)
    page.goto("/notifications/")
    return page


def unread(page: Page, number: int) -> None:
    words = f": {number} unread" if number else ""
    expect(page.locator("#bell")).to_have_accessible_name(f"Notifications{words}")


def test_read_put_away_and_undone(told: Page, axe: Callable[[Page], None]) -> None:
    unread(told, 3)
    axe(told)
    told.get_by_role("button", name="Mark as read: Rosa Keller").click()
    unread(told, 2)
    # The focus stays where the work is.
    expect(told.get_by_role("button", name="Mark as unread: Rosa Keller")).to_be_focused()
    told.get_by_role("button", name="Put away: 3 files arrived").click()
    expect(told.get_by_text("1 put away.")).to_be_visible()
    unread(told, 1)
    axe(told)
    told.get_by_role("button", name="Undo").last.click()
    expect(told.get_by_role("link", name="3 files arrived")).to_be_visible()
    unread(told, 2)
    told.get_by_role("button", name="Mark everything as read").click()
    unread(told, 0)
    told.get_by_role("button", name="Undo").last.click()
    unread(told, 2)


def test_many_at_once_and_the_boxes(told: Page) -> None:
    told.get_by_label("Choose all").check()
    told.get_by_role("button", name="Put away", exact=True).click()
    expect(told.get_by_text("Nothing yet")).to_be_visible()
    unread(told, 0)
    told.get_by_role("link", name="Archive").click()
    expect(told.locator(".notice-row")).to_have_count(3)
    told.get_by_role("button", name="Back to the inbox: 80 %").click()
    expect(told.locator(".notice-row")).to_have_count(2)
    told.get_by_role("link", name="Inbox").click()
    expect(told.locator(".notice-row")).to_have_count(1)


def test_following_one_reads_it(told: Page) -> None:
    told.get_by_role("link", name="Rosa Keller shared").click()
    told.wait_for_url("**/files/**")
    unread(told, 2)


def test_news_come_to_an_open_page(told: Page, site: Site, owner: Person) -> None:
    tell(site, owner, "'share_ended'")
    # As if the half minute had passed.
    told.evaluate("document.dispatchEvent(new Event('notifications:changed'))")
    expect(told.get_by_text("is no longer shared with you").last).to_be_visible()
    unread(told, 4)


def test_without_scripts(site: Site, owner: Person, open_page: OpenPage) -> None:
    tell(site, owner)
    page = open_page(owner, java_script_enabled=False)
    page.goto("/notifications/?category=sharing")
    expect(page.locator(".notice-row")).to_have_count(2)
    page.get_by_role("button", name="Put away: Rosa Keller").click()
    expect(page.get_by_text("1 put away.")).to_be_visible()
    assert page.url.endswith("?category=sharing")
    page.get_by_role("link", name="Choose what you are told").click()
    page.get_by_label("Shared with me, E-mail").select_option("In the daily digest")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_label("Shared with me, E-mail")).to_have_value("digest")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone(
    site: Site, owner: Person, open_page: OpenPage, axe: Callable[[Page], None], scheme: str
) -> None:
    tell(site, owner, "'integrity_trouble', 'new_browser'")
    page = open_page(owner, viewport=PHONE, color_scheme=scheme)
    for path in ("/notifications/", "/notifications/preferences/", "/outbox/", "/outbox/looks/"):
        page.goto(path)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_mail_can_be_read_by_everybody(
    open_page: OpenPage, axe: Callable[[Page], None], scheme: str
) -> None:
    page = open_page(color_scheme=scheme)
    # One below the other, for one check. Under the site's own policy for mails none could run.
    names = [name for group in looks() for name in group]
    for name in names:
        answer = page.request.get(f"/outbox/looks/{name}/html/")
        assert answer.ok, name
        if page.locator(".mail-card").count():
            page.evaluate(ADD_MAIL, answer.text())
        else:
            page.set_content(answer.text())
    expect(page.locator(".mail-card")).to_have_count(len(names))
    axe(page)


def test_a_name_without_blanks_fits_a_mail_on_a_phone(open_page: OpenPage) -> None:
    page = open_page(viewport=PHONE)
    mail = page.request.get("/outbox/looks/file_shared/html/").text()
    page.set_content(mail.replace("</h1>", "x" * 200 + "</h1>", 1))
    expect(page.get_by_role("heading")).to_contain_text("xxx")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_looks_are_shown_in_light_and_dark_beside_each_other(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/outbox/looks/file_shared/")
    for scheme, background in (("light", "rgb(246, 247, 249)"), ("dark", "rgb(8, 12, 21)")):
        mail = page.frame_locator(f"iframe[title='The mail as a {scheme} reader shows it']")
        expect(mail.locator("body")).to_have_css("background-color", background)
        expect(mail.get_by_role("heading")).to_contain_text("shared")


def test_the_table_by_keyboard(
    page: Page, axe: Callable[[Page], None], complaints: Complaints
) -> None:
    complaints.allow("status of 400")
    page.goto("/notifications/preferences/")
    axe(page)
    box = page.get_by_label("My links, Here")
    box.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("My links, Here")).not_to_be_checked()
    page.get_by_label("Quiet from").fill("22:00")
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_text("Give both times")).to_be_visible()
    axe(page)
