"""What tests of the vault do over and over: find entries, bring files in, make folders."""

from playwright.sync_api import Dialog, FilePayload, Locator, Page, Route, expect


def entry(page: Page, name: str) -> Locator:
    return page.locator(f'#rows > .entry[data-name="{name}"]')


def entries(page: Page) -> Locator:
    return page.locator("#rows > .entry")


def check(page: Page, *names: str) -> None:
    for name in names:
        entry(page, name).locator(".entry__check").check()


def payload(name: str, content: bytes = b"content") -> FilePayload:
    return {"name": name, "mimeType": "text/plain", "buffer": content}


class Stay:
    """Says no to each question whether to leave a page."""

    def __init__(self, page: Page) -> None:
        self.asked: list[str] = []
        page.on("dialog", self._answer)

    def _answer(self, dialog: Dialog) -> None:
        self.asked.append(dialog.type)
        dialog.dismiss()


def lose_the_first_answer(page: Page, address: str) -> list[Route]:
    """Let the first PUT to the address through, and its answer not. Returns all PUTs to it."""
    seen: list[Route] = []

    def pass_on(route: Route) -> None:
        if route.request.method != "PUT":
            route.continue_()
            return
        seen.append(route)
        if len(seen) > 1:
            route.continue_()
            return
        assert route.fetch().status == 201, "it has come"
        route.abort("connectionreset")

    page.route(address, pass_on)
    return seen


def give(page: Page, *names: str, content: bytes = b"content") -> None:
    """Upload files by the button, and wait until the list, read every 4 s, shows them."""
    page.locator("#pick-files").set_input_files([payload(name, content) for name in names])
    for name in names:
        expect(entry(page, name)).to_be_visible()


def make_folder(page: Page, name: str) -> None:
    page.locator("[data-action=new-folder]").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Name", exact=True).press("Enter")
    expect(entry(page, name)).to_be_visible()


def open_entry(page: Page, name: str) -> None:
    entry(page, name).locator("a.entry__link").click()
    arrived_at(page, name)


def arrived_at(page: Page, name: str) -> None:
    """Wait until the page of that heading is there and its scripts have run: keys work now."""
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    page.wait_for_load_state()
