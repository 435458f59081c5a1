"""Second factors as people meet them: apps, passkeys, codes; at a desk and on a phone."""

import base64
import time
from collections.abc import Callable
from typing import Any

import pytest
from django_otp.oath import TOTP
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.site import Person, Site

PHONE = {"width": 390, "height": 844}
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def give_authenticator(page: Page) -> None:
    """Let the page's browser have a passkey device whose user always agrees."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


def give_password(page: Page, person: Person) -> None:
    page.goto("/account/login/")
    page.get_by_label("E-mail address or user name").fill(person.username)
    page.get_by_label("Password", exact=True).fill(person.password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Account:").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


STEP = 30
# A code of the step before is good until this one ends: what it takes to hand one in, and more.
ROOM = 10


def code_from(key: str, *, steps: int = 0) -> str:
    """Return what an app with that typed key shows, as people read it off.

    Where the step is about to end, it waits for the next one, as people do.
    """
    left = STEP - time.time() % STEP
    if left < ROOM:
        time.sleep(left)
    totp = TOTP(base64.b32decode(key.replace(" ", "")))
    totp.time = time.time() + STEP * steps
    return f"{totp.token():06d}"


def add_app(page: Page) -> str:
    """Add an authenticator app by its typed key; return the key. Ends at the recovery codes."""
    page.goto("/account/factors/")
    page.get_by_role("link", name="Authenticator app").click()
    page.get_by_text("Cannot scan? Type the key").click()
    key = page.locator(".key").inner_text()
    page.get_by_label("Name").fill("My phone")
    page.get_by_label("Code from the app").fill(code_from(key, steps=-1))
    page.get_by_role("button", name="Add the app").click()
    return key


@pytest.fixture
def plain(person: Callable[..., Person]) -> Person:
    """Someone with a password alone, not signed in."""
    return person(sign_in=False)


def test_an_app_is_added_then_asked_for(
    visitor: Page, plain: Person, site: Site, axe: Callable[[Page], None]
) -> None:
    page = visitor
    give_password(page, plain)
    expect(page.get_by_text("Your vault is empty")).to_be_visible()
    key = add_app(page)
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    axe(page)
    codes = page.locator("#codes").inner_text().split()
    assert len(codes) == 10
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert codes[0] in download.value.path().read_text()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("My phone", exact=True)).to_be_visible()
    axe(page)
    told = site.wait_for_mail(plain.email, subject="Second factor added")
    assert "Authenticator app: My phone" in told.text
    sign_out(page)

    give_password(page, plain)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    axe(page)
    # Six digits are sent by themselves.
    page.get_by_label("Code", exact=True).press_sequentially(code_from(key))
    expect(page.get_by_text("Your vault is empty")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("Your vault is empty")).to_be_visible()


def test_a_recovery_code_helps_out(visitor: Page, plain: Person) -> None:
    page = visitor
    give_password(page, plain)
    expect(page.get_by_text("Your vault is empty")).to_be_visible()
    add_app(page)
    codes = page.locator("#codes").inner_text().split()
    page.get_by_role("link", name="I have kept them").click()
    sign_out(page)
    give_password(page, plain)
    page.get_by_role("link", name="Recovery code").click()
    page.get_by_label("Recovery code").fill(codes[3].lower())
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("9 are left")).to_be_visible()


def test_a_wrong_code_says_so_and_waits(visitor: Page, plain: Person, complaints: Any) -> None:
    complaints.allow("status of 400")
    page = visitor
    give_password(page, plain)
    expect(page.get_by_text("Your vault is empty")).to_be_visible()
    add_app(page)
    page.get_by_role("link", name="I have kept them").click()
    sign_out(page)
    give_password(page, plain)
    for _guess in range(5):
        page.get_by_label("Code", exact=True).press_sequentially("000000")
        expect(page.get_by_text("This code is not right")).to_be_visible()
    page.get_by_label("Code", exact=True).press_sequentially("000000")
    expect(page.get_by_text("You can try again in 0:")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_disabled()


def test_a_passkey_is_the_whole_sign_in(
    open_page: OpenPage, plain: Person, axe: Callable[[Page], None]
) -> None:
    page = open_page(viewport=PHONE, color_scheme="dark")
    give_authenticator(page)
    give_password(page, plain)
    expect(page.get_by_text("Your vault is empty")).to_be_visible()
    page.goto("/account/factors/")
    page.get_by_role("link", name="Passkey").click()
    axe(page)
    page.get_by_label("Name").fill("This phone")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("This phone", exact=True)).to_be_visible()
    # The sign-in page offers it in the field; this device's user agrees at once.
    page.get_by_role("button", name="Account:").click()
    with page.expect_request("**/account/passkey/"):
        page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("Your vault is empty")).to_be_visible()


def test_a_passkey_by_the_button(visitor: Page, plain: Person) -> None:
    page = visitor
    # A browser that offers nothing in the field.
    page.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = undefined")
    give_authenticator(page)
    give_password(page, plain)
    expect(page.get_by_text("Your vault is empty")).to_be_visible()
    page.goto("/account/factors/passkey/")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("link", name="I have kept them").click()
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("Your vault is empty")).to_be_visible()


def test_a_passkey_as_the_second_step(visitor: Page, plain: Person) -> None:
    page = visitor
    page.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = undefined")
    give_password(page, plain)
    expect(page.get_by_text("Your vault is empty")).to_be_visible()
    give_authenticator(page)
    page.goto("/account/factors/passkey/")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("link", name="I have kept them").click()
    page.goto("/account/logout/")
    page.get_by_role("button", name="Sign out").click()
    give_password(page, plain)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("Your vault is empty")).to_be_visible()


def test_staff_are_led_to_enrolment_and_nowhere_else(
    visitor: Page, person: Callable[..., Person], axe: Callable[[Page], None]
) -> None:
    staff = person(is_staff=True, sign_in=False)
    page = visitor
    give_password(page, staff)
    expect(page.get_by_text("One more step before you go on")).to_be_visible()
    axe(page)
    for path in ("/files/", "/account/", "/admin/", "/account/tokens/"):
        page.goto(path)
        expect(page.get_by_text("One more step before you go on")).to_be_visible()
    add_app(page)
    page.get_by_role("link", name="I have kept them").click()
    page.goto("/admin/")
    expect(page.get_by_role("heading", name="People and records")).to_be_visible()


def test_a_token_is_copied_and_revoked_after_a_question(
    page: Page, axe: Callable[[Page], None]
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/account/tokens/")
    page.get_by_label("Name").fill("Backup")
    page.get_by_role("button", name="Make the token").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.locator(".toast")).to_contain_text("clipboard")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#token").text_content()
    page.get_by_label("Revoke Backup").click()
    axe(page)
    page.get_by_role("button", name="Revoke the token").click()
    expect(page.get_by_text("“Backup” is revoked.")).to_be_visible()


@pytest.mark.parametrize("path", ["sessions/", "history/", "tokens/", "factors/", "recovery/"])
def test_pages_hold_on_a_phone(
    open_page: OpenPage, owner: Person, axe: Callable[[Page], None], path: str
) -> None:
    page = open_page(owner, viewport=PHONE)
    page.goto(f"/account/{path}")
    axe(page)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["width"]


SIGN_IN = """
- main:
  - heading "Sign in" [level=1]
  - textbox "E-mail address or user name"
  - textbox "Password"
  - checkbox "Keep me signed in on this device"
  - button "Sign in"
  - paragraph:
    - link "Forgot your password?"
  - button "Sign in with a passkey"
"""
SECOND_STEP = """
- main:
  - heading "Second step" [level=1]
  - paragraph:
    - strong: My phone
  - textbox "Code"
  - checkbox "Remember this browser for 30 days"
  - button "Sign in"
  - heading "Another way" [level=2]
  - list:
    - listitem:
      - link "Recovery code"
"""


@pytest.mark.parametrize("viewport", [PHONE, {"width": 1440, "height": 900}])
def test_what_a_screen_reader_is_told(
    open_page: OpenPage, plain: Person, viewport: dict[str, int]
) -> None:
    page = open_page(viewport=viewport)
    page.goto("/account/login/")
    expect(page.locator("body")).to_match_aria_snapshot(SIGN_IN)
    give_password(page, plain)
    expect(page.get_by_text("Your vault is empty")).to_be_visible()
    add_app(page)
    page.get_by_role("link", name="I have kept them").click()
    sign_out(page)
    give_password(page, plain)
    expect(page.locator("body")).to_match_aria_snapshot(SECOND_STEP)
    expect(page.get_by_label("Code", exact=True)).to_be_focused()
