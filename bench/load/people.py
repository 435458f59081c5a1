"""The people of a run: each with a few files, an address of their own, and a session."""

import json
from pathlib import Path
from urllib.parse import quote

from bench.load.plan import PEOPLE
from bench.servers import session_headers
from bench.wire import Line, Piece
from tests.browser.site import Person, Site

FILES = ("photo.jpg", "report.txt", "notes.md", "photo b3.jpg", "plan.txt")
# Beside them: a page of a folder is full from the start, and costs the same from minute to minute.
OTHERS = 100


def settle_all(site: Site, place: Path) -> Path:
    """Make everybody; return the file that says who they are, for bench/load/locustfile.py."""
    written = place / "people.json"
    written.write_text(json.dumps([_settle(site, place, number) for number in range(PEOPLE)]))
    return written


def _settle(site: Site, place: Path, number: int) -> dict[str, object]:
    person = site.make_person()
    kept = {name: _upload(site, person, place, name) for name in FILES}
    _fill(site, person)
    return {
        "login": person.email,
        "password": person.password,
        "headers": session_headers(person),
        "root": person.root,
        # Limits count by address.
        "address": f"10.1.{number // 250}.{number % 250 + 1}",
        "files": [*kept.values()],
        "picture": kept["photo.jpg"],
    }


def _upload(site: Site, person: Person, place: Path, name: str) -> str:
    file = _content(place, name)
    with Line(site.url.removeprefix("http://"), session_headers(person)) as line:
        path = f"/files/folder/{person.root}/upload/?path={quote(name)}&conflict=ask"
        answer = json.loads(line.ask("PUT", path, body=Piece.whole(file), expect=201))
        # Its preview is made when it is first looked at: two hundred at once are no mixed use.
        line.ask("GET", f"/files/{answer['id']}/", expect=200)
    return str(answer["id"])


def _fill(site: Site, person: Person) -> None:
    with Line(site.url.removeprefix("http://"), session_headers(person)) as line:
        for number in range(OTHERS):
            path = f"/files/folder/{person.root}/upload/?path=note%20{number:03}.txt&conflict=ask"
            line.ask("PUT", path, body=b"What was agreed, and by whom.\n", expect=201)


def _content(place: Path, name: str) -> Path:
    path = place / name
    if not path.exists() and path.suffix == ".jpg":
        from PIL import Image  # noqa: PLC0415  (only here, and heavy)

        Image.effect_noise((1600, 1200), 40).convert("RGB").save(path)
    elif not path.exists():
        path.write_text("What was agreed, and by whom.\n" * 400)
    return path
